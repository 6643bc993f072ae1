#!/bin/sh
# Builds the addon of @tensorflow/tfjs-node with the library of `train setup tensorflow`, for engine eager:tensorflow.
# The addon that its install script would download has TensorFlow 2.9 and works only with old versions of Node.
# Needs Linux, a C++ compiler, Python 3 with pip, and 1 GB of disk. Builds in FOLDER, by default a temporary one.
# Usage: scripts/build-tfjs-node.sh [FOLDER]. Prints variables to set: eval "$(scripts/build-tfjs-node.sh)"
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"

library=$(node "$root/bin/train.js" setup tensorflow)
tfjs=$(node -p 'require(process.argv[1]).dependencies["@tensorflow/tfjs-core"]' "$root/package.json")
wheel() {
  node --input-type=module -e '
    const { CPU_WHEELS } = await import(process.argv[1])
    console.log(CPU_WHEELS[`${process.platform}-${process.arch}`][process.argv[2]])
  ' "$root/dist/libtensorflow/wheels.js" "$1"
}

echo '{ "private": true }' >package.json
npm install --ignore-scripts --no-audit --no-fund --save-exact "@tensorflow/tfjs-node@$tfjs" >&2

# the wheel of the same version has the headers
platform=$(wheel file | sed 's/.*-//; s/\.whl$//')
python3 -m pip download --quiet --no-deps --only-binary :all: --python-version 3.12 --platform "$platform" \
  --dest . "$(wheel project)==$(wheel version)" >&2
python3 - "$(wheel file)" <<'EOF'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(members=[name for name in wheel.namelist() if name.startswith("tensorflow/include/")])
EOF
rm "$(wheel file)"

package=node_modules/@tensorflow/tfjs-node
mkdir -p "$package/deps/lib"
ln -sfn "$folder/tensorflow/include" "$package/deps/include"
ln -sf "$library/libtensorflow_cc.so.2" "$package/deps/lib/libtensorflow.so"
ln -sf "$library/libtensorflow_framework.so.2" "$package/deps/lib/libtensorflow_framework.so"
# headers of this Node, if they are installed; else node-gyp downloads them
node=$(node -p 'path.dirname(path.dirname(process.execPath))')
[ -d "$node/include/node" ] && export npm_config_nodedir="$node"
cd "$package"
LDFLAGS="-Wl,-rpath,$library" node ../../@mapbox/node-pre-gyp/bin/node-pre-gyp install --build-from-source >&2

echo "export NODE_PATH='$folder/node_modules'\${NODE_PATH:+:\$NODE_PATH}"
