#!/bin/sh
# Extracts Debian packages into the current folder, with the libraries that their installation would add on this machine.
# Changes nothing in the system. Usage: scripts/debian-packages.sh NAME...
set -eu
download() {
  plan=$(apt-get --simulate install --no-install-recommends "$@") || return
  added=$(printf '%s\n' "$plan" | sed -n 's/^Inst \([^ ]*\).*/\1/p')
  # shellcheck disable=SC2046,SC2086
  apt-get download $(printf '%s\n' "$@" $added | sort -u) >&2
}
download "$@" || { apt-get update >&2 && download "$@"; }
for package in *.deb; do
  dpkg-deb --extract "$package" .
done
rm -f ./*.deb
