#!/bin/sh
# Brings Chromium without a window, for the tests of models in a browser: Debian's package chromium-headless-shell and
# the libraries that it lacks here. Changes nothing in the system.
# Needs Debian or Ubuntu with that package, and 400 MB of disk. Installs in FOLDER, by default a temporary one.
# Usage: scripts/headless-chromium.sh [FOLDER]. Prints variables to set: eval "$(scripts/headless-chromium.sh)"
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"

# its parts must lie in one folder, so both come, also if one is installed
"$here/debian-packages.sh" chromium-common chromium-headless-shell

libraries=$(find "$folder" -name '*.so*' -exec dirname {} \; | sort -u | tr '\n' ':')
cat >chromium <<EOF
#!/bin/sh
LD_LIBRARY_PATH='$libraries'\${LD_LIBRARY_PATH:-} exec '$folder/usr/lib/chromium/chromium-headless-shell' "\$@"
EOF
chmod +x chromium
./chromium --no-sandbox --disable-gpu --dump-dom about:blank 2>errors | grep -q '<html>' || { cat errors >&2; exit 1; }
echo "export CHROMIUM='$folder/chromium'"
