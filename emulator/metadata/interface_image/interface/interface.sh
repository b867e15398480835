#!/bin/sh
# The first process of an interface container. What comes before python3 takes a few milliseconds. The address comes last:
# a machine begins to boot when it is there, and by then all else is in force.

folder=/run/cloudlet
: > "$folder/applied" # what a former run brought into force went with its network

# Whatever becomes of the rules, all is closed.
{ /bin/sh /opt/cloudlet/rules.sh "$folder" /opt/cloudlet/start.nft || nft -f /opt/cloudlet/start.nft; } &&
  ip address add 169.254.169.254/32 dev lo || {
  echo "the network cannot be closed; does this container have the capability NET_ADMIN?" >&2
  exit 1
}

program='import sys; sys.path.insert(0, "/opt/cloudlet"); from imds.program import main; main()'
exec python3 -I -S -c "$program" "$folder" 169.254.169.254 61254 /opt/cloudlet/rules.sh
