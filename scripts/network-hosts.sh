#!/bin/sh
# Hosts on this machine to try several of them: network namespaces on a bridge in a namespace of its own. Needs root and
# iproute2. `network-hosts.sh make NAME COUNT` prints a line for each host: its namespace and its address;
# `ip netns exec NAMESPACE COMMAND` starts a command there. `network-hosts.sh remove NAME COUNT` removes them.
# NAME: up to 10 letters and digits.
set -eu
name=$2
count=$3

remove() {
  for namespace in $(seq -f "$name%g" 1 "$count") "${name}br"; do
    ip netns del "$namespace" 2>/dev/null || true
  done
}

bridge() {
  ip netns exec "${name}br" ip "$@"
}

if [ "$1" = remove ]; then
  remove
  exit
fi
trap 'status=$?; [ "$status" = 0 ] || remove' EXIT
ip netns add "${name}br"
bridge link add br0 type bridge
bridge link set br0 up
for host in $(seq 1 "$count"); do
  ip netns add "$name$host"
  bridge link add "port$host" type veth peer name eth0 netns "$name$host"
  bridge link set "port$host" master br0 up
  ip netns exec "$name$host" ip link set lo up
  ip netns exec "$name$host" ip addr add "10.77.0.$host/24" dev eth0
  ip netns exec "$name$host" ip link set eth0 up
  echo "$name$host 10.77.0.$host"
done
