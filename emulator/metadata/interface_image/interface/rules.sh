#!/bin/sh
# Bring rules.nft of the folder $1 into force, whole or not at all, together with what the file $2 holds, if one is named:
# the kernel takes as long for both as for one. `applied` then says the generation; if nft refuses it, what was in
# force stays so, and `error` says the generation and nft's reasons.

cd "$1" || exit
exec 3< rules.nft || exit
read -r mark generation <&3 # nft reads on from there: both see the same file, should it be replaced meanwhile
if [ "$mark" != "#" ] || [ -z "$generation" ]; then
  reasons="rules.nft does not begin with its generation"
elif reasons=$(cat ${2:+"$2"} - <&3 | nft -f - 2>&1); then
  echo "$generation" > applied.new && mv applied.new applied
  [ ! -e error ] || rm -f error
  exit
fi
printf '# %s\n%s\n' "$generation" "$reasons" > error.new && mv error.new error
exit 1
