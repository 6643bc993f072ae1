#!/bin/sh
# Installs engine eager:webgpu on a machine without a GPU: its two packages, and SwiftShader, a Vulkan driver that
# computes on the processor, from Debian's package chromium-common. Changes nothing in the system.
# Needs Debian or Ubuntu with that package, and 300 MB of disk. Installs in FOLDER, by default a temporary one.
# Usage: scripts/software-gpu.sh [FOLDER]. Prints variables to set: eval "$(scripts/software-gpu.sh)"
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"

[ -d "$root/dist" ] || (cd "$root" && npm run build >&2)
packages=$(node --input-type=module -e '
  const { PACKAGES } = await import(process.argv[1])
  console.log(PACKAGES.join(" "))
' "$root/dist/engine/eager/webgpu.js")
echo '{ "private": true }' >package.json
# shellcheck disable=SC2086
npm install --ignore-scripts --no-audit --no-fund --save-exact $packages >&2

apt-get download chromium-common >&2 || { apt-get update >&2 && apt-get download chromium-common >&2; }
dpkg-deb --fsys-tarfile chromium-common_*.deb | tar -x --strip-components=4 \
  ./usr/lib/chromium/libvk_swiftshader.so ./usr/lib/chromium/vk_swiftshader_icd.json ./usr/lib/chromium/libvulkan.so.1
rm chromium-common_*.deb

echo "export NODE_PATH='$folder/node_modules'\${NODE_PATH:+:\$NODE_PATH}"
echo "export VK_ICD_FILENAMES='$folder/vk_swiftshader_icd.json'"
echo "export LD_LIBRARY_PATH='$folder'\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
