#!/bin/sh
# The first process of an interface container. What comes before python3 takes a few milliseconds, and in this order:
# the address is ours before anything could be sent to it, and all is closed before the rules open anything.

folder=/run/cloudlet
: > "$folder/applied" # what a former run brought into force went with its network

ip address add 169.254.169.254/32 dev lo && nft -f /opt/cloudlet/start.nft || {
  echo "the network cannot be closed; does this container have the capability NET_ADMIN?" >&2
  exit 1
}
/bin/sh /opt/cloudlet/rules.sh "$folder"

program='import sys; sys.path.insert(0, "/opt/cloudlet"); from imds.program import main; main()'
exec python3 -I -S -c "$program" "$folder" 169.254.169.254 61254 /opt/cloudlet/rules.sh
