#!/bin/sh
# Brings Chromium without a window, for the tests of models in a browser: Debian's package chromium-headless-shell and
# the libraries that it lacks here. Changes nothing in the system.
# Needs Debian or Ubuntu with that package, and 400 MB of disk. Installs in FOLDER, by default a temporary one.
# Usage: scripts/headless-chromium.sh [FOLDER]. Prints variables to set: eval "$(scripts/headless-chromium.sh)"
set -eu
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"

# the packages that an installation would bring
missing() {
  apt-get --simulate install --no-install-recommends chromium-headless-shell | sed -n 's/^Inst \([^ ]*\).*/\1/p'
}
packages=$(missing) || { apt-get update >&2 && packages=$(missing); }
# shellcheck disable=SC2086
[ -z "$packages" ] || apt-get download $packages >&2 || { apt-get update >&2 && apt-get download $packages >&2; }
for package in *.deb; do
  [ ! -f "$package" ] || dpkg-deb --extract "$package" .
done
rm -f ./*.deb

[ -x usr/lib/chromium/chromium-headless-shell ] && from=$folder || from=
libraries=$(find "$folder" -name '*.so*' -exec dirname {} \; | sort -u | tr '\n' ':')
cat >chromium <<EOF
#!/bin/sh
LD_LIBRARY_PATH='$libraries'\${LD_LIBRARY_PATH:-} exec '$from/usr/lib/chromium/chromium-headless-shell' "\$@"
EOF
chmod +x chromium
echo "export CHROMIUM='$folder/chromium'"
