"""What each shell sources. What comes back is a candidate a line; where there is none, files are offered."""

from cli.completion import WORD

BASH = rf"""
_cloudlet() {{
    local candidate
    COMPREPLY=()
    while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
    done < <(cloudlet {WORD} bash "${{COMP_LINE:0:COMP_POINT}}" 2>/dev/null)
    [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == */ ]] && compopt -o nospace
    return 0
}}
complete -o bashdefault -o default -F _cloudlet cloudlet
"""

ZSH = rf"""
#compdef cloudlet
_cloudlet() {{
    local -a found folders
    found=("${{(@f)$(cloudlet {WORD} zsh "${{words[1,CURRENT]}}" 2>/dev/null)}}")
    found=(${{found:#}})
    if (( ! ${{#found}} )); then
        _files
        return
    fi
    folders=(${{(M)found:#*/}})
    found=(${{found:#*/}})
    (( ${{#folders}} )) && compadd -S '' -- $folders
    (( ${{#found}} )) && compadd -- $found
    return 0
}}
if [[ ${{funcstack[1]}} == _cloudlet ]]; then _cloudlet "$@"; else compdef _cloudlet cloudlet; fi
"""

FISH = rf"""
function __cloudlet_candidates
    set -l found (cloudlet {WORD} fish (commandline -cp) 2>/dev/null)
    if set -q found[1]
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete --command cloudlet --no-files --arguments '(__cloudlet_candidates)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
