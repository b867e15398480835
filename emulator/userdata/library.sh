#!/bin/sh
# What an instance does at boot, in place of EC2's cloud-init. Runs as root.
#
#   boot.sh init    before anything serves: files, names, users, keys
#   boot.sh final   when services are up: packages, scripts
#   boot.sh         both, where there is no systemd
#   boot.sh wait    ends as user data did, as soon as that is known
#
# Needs a POSIX sh and what Debian calls essential. Each step may fail; the others are done all the same.

set -u
umask 022
cd /
export PATH="${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}" HOME="${HOME:-/root}"

cloud=/var/lib/cloud
log=/var/log/cloud-init-output.log

main() {
    me=$cloud/instances/$INSTANCE_ID
    case ${1:-all} in
    wait) await ;;
    init) open_log && early ;;
    final) open_log && late ;;
    all) open_log && early && late ;;
    esac
}

await() {
    until [ -e "$me/result" ]; do sleep 0.1; done
    read -r status < "$me/result"
    exit "$status"
}

# A program of its own writes the log: what a script leaves running in the background can write to it, and holds up
# nothing. The shell hears a shutdown only when its command has ended, so that a script may end in `reboot`.
open_log() {
    mkdir -p "$me/sem" "$me/scripts" "${log%/*}"
    pipe=/run/cloudlet-boot.$$
    mkfifo -m 600 "$pipe" || return
    tee -a "$log" < "$pipe" &
    exec > "$pipe" 2>&1 < /dev/null
    rm -f "$pipe"
    trap : TERM
}

early() {
    ln -sfn "$me" "$cloud/instance"
    rm -f "$me/boot-finished"
    at_each_boot
    if once init; then
        rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub # those of the instance that the AMI was made from
        before_services
    fi
}

late() {
    status=0
    if once final; then
        after_services
        run_scripts
        if [ -e "$me/failed" ]; then read -r status < "$me/failed"; fi
        finish "$status"
    elif [ ! -e "$me/result" ]; then
        say "the machine ended while user data ran; as on EC2, user data is not run again"
        finish 143
    fi
    : > "$me/boot-finished"
    [ "$status" = 0 ]
}

# Marked before it is done: what is cut short is not begun again.
once() {
    [ ! -e "$me/sem/$1" ] && : > "$me/sem/$1"
}

# The result is known when the output has arrived.
finish() {
    mark="first boot of $INSTANCE_ID finished at $(date -u +%Y-%m-%dT%H:%M:%SZ) with exit status $1"
    say "$mark"
    tries=0
    until tail -n 50 "$log" | grep -qF "$mark" || [ "$tries" -ge 100 ]; do
        sleep 0.02
        tries=$((tries + 1))
    done
    echo "$1" > "$me/result.new" && mv "$me/result.new" "$me/result"
}

say() {
    printf 'cloudlet: %s\n' "$*"
}

step() { # step TITLE COMMAND...
    title=$1
    shift
    "$@" || failed "$title" $?
}

failed() { # failed TITLE STATUS; the first status is the result
    say "$1: failed with exit status $2"
    [ -e "$me/failed" ] || echo "$2" > "$me/failed"
}

has() { # has PROGRAM
    command -v "$1" > /dev/null 2>&1 && return
    say "$1 is not installed here"
    return 127
}

run_scripts() {
    for script in "$me"/scripts/*; do
        if [ -f "$script" ]; then step "user data: ${script##*/}" "$script"; fi
    done
}

put_script() { # put_script NAME; in base64 on stdin
    (umask 077 && base64 -d > "$me/$1") && chmod 700 "$me/$1"
}

write_file() { # write_file PATH MODE OWNER write|append; in base64 on stdin
    mkdir -p -- "${1%/*}/" || return
    if [ "$4" = append ]; then base64 -d >> "$1"; else (umask 077 && base64 -d > "$1"); fi || return
    chmod "$2" "$1" && chown "$3" "$1"
}

home_of() { # home_of USER
    while IFS=: read -r name _ _ _ _ home _; do
        if [ "$name" = "$1" ]; then
            printf '%s\n' "$home"
            return
        fi
    done < /etc/passwd
    return 1
}

make_group() { # make_group NAME
    while IFS=: read -r name _; do
        if [ "$name" = "$1" ]; then return; fi
    done < /etc/group
    has groupadd && groupadd -- "$1"
}

make_user() { # make_user NAME OPTION...
    if home_of "$1" > /dev/null; then
        say "user $1 is there already"
        return
    fi
    account=$1
    shift
    has useradd && useradd "$@" -- "$account"
}

allow_sudo() { # allow_sudo USER RULE...
    account=$1
    shift
    has visudo || return
    for rule in "$@"; do printf '%s %s\n' "$account" "$rule"; done > "$me/sudoers"
    visudo -cqf "$me/sudoers" || return
    cat "$me/sudoers" >> /etc/sudoers.d/90-cloud-init-users && chmod 440 /etc/sudoers.d/90-cloud-init-users
}

authorize() { # authorize USER KEY...
    account=$1
    shift
    if ! folder=$(home_of "$account")/.ssh; then
        say "there is no user $account"
        return 1
    fi
    keys=$folder/authorized_keys
    mkdir -p "$folder" && touch "$keys" || return
    if [ -n "$(tail -c 1 "$keys")" ]; then echo >> "$keys"; fi
    for key in "$@"; do
        grep -qxF -e "$key" "$keys" || printf '%s\n' "$key" >> "$keys"
    done
    chmod 700 "$folder" && chmod 600 "$keys" && chown "$account:" "$folder" "$keys"
}

set_hostname() { # set_hostname NAME
    read -r present < /proc/sys/kernel/hostname
    if [ "$present" = "$1" ]; then return; fi
    printf '%s\n' "$1" > /etc/hostname
    hostname "$1" 2> /dev/null && return
    say "a machine's name is given to it when it is made: this one remains $present"
    return 1
}

name_in_hosts() { # name_in_hosts FQDN NAME; the engine wrote the line with NAME alone
    while read -r address names; do
        if [ "$names" = "$2" ]; then names="$1 $2"; fi
        printf '%s\t%s\n' "$address" "$names"
    done < /etc/hosts > "$me/hosts"
    cat "$me/hosts" > /etc/hosts
}

set_timezone() { # set_timezone ZONE
    if [ ! -f "/usr/share/zoneinfo/$1" ]; then
        say "there is no time zone $1 here; the package tzdata has them all"
        return 1
    fi
    printf '%s\n' "$1" > /etc/timezone && ln -sf "/usr/share/zoneinfo/$1" /etc/localtime
}

apt_get() { # apt_get COMMAND...
    has apt-get || return
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold \
        -o DPkg::Lock::Timeout=120 "$@"
}
