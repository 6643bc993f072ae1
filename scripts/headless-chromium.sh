#!/bin/sh
# Brings Chromium without a window, for the tests of models in a browser: Debian's package chromium-headless-shell and
# the libraries that it lacks here. Changes nothing in the system.
# Needs Debian or Ubuntu with that package, and 400 MB of disk. Installs in FOLDER, by default a temporary one.
# Usage: scripts/headless-chromium.sh [FOLDER]. Prints variables to set: eval "$(scripts/headless-chromium.sh)"
set -eu
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"

# the browser itself, whose files must lie in one folder, and the libraries that an installation would add
packages() {
  browser='chromium-common chromium-headless-shell'
  # shellcheck disable=SC2086
  apt-get --simulate install --no-install-recommends $browser >added &&
    { printf '%s\n' $browser && sed -n 's/^Inst \([^ ]*\).*/\1/p' added; } | sort -u
}
download() {
  # shellcheck disable=SC2086
  list=$(packages) && apt-get download $list >&2
}
download || { apt-get update >&2 && download; }
for package in *.deb; do
  dpkg-deb --extract "$package" .
done
rm -f ./*.deb added

libraries=$(find "$folder" -name '*.so*' -exec dirname {} \; | sort -u | tr '\n' ':')
cat >chromium <<EOF
#!/bin/sh
LD_LIBRARY_PATH='$libraries'\${LD_LIBRARY_PATH:-} exec '$folder/usr/lib/chromium/chromium-headless-shell' "\$@"
EOF
chmod +x chromium
./chromium --no-sandbox --disable-gpu --dump-dom about:blank 2>errors | grep -q '<html>' || { cat errors >&2; exit 1; }
echo "export CHROMIUM='$folder/chromium'"
