#!/bin/sh
# Brings the programs that read histories of runs, for the tests of their formats and of examples/: pandas, matplotlib,
# TensorBoard, a client of Prometheus, MLflow, gnuplot and jq. Changes nothing in the system.
# Needs Python 3.11 or newer with venv and pip, Debian or Ubuntu for gnuplot and jq, and 1 GB of disk. Installs in
# FOLDER, by default a temporary one.
# Usage: scripts/results-readers.sh [FOLDER]. Prints variables to set: eval "$(scripts/results-readers.sh)"
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
"$root/scripts/python-packages.sh" "$folder" "$root/test/fixtures/results/requirements.txt"

# gnuplot and jq with the libraries that an installation would add
mkdir -p "$folder/debian"
cd "$folder/debian"
"$root/scripts/debian-packages.sh" gnuplot-nox jq
libraries=$(find "$folder/debian" -name '*.so*' -exec dirname {} \; | sort -u | tr '\n' ':')
for program in gnuplot jq; do
  found=$(find "$folder/debian/usr/bin" -name "$program-nox" -o -name "$program" -type f | head -n 1)
  printf '#!/bin/sh\nLD_LIBRARY_PATH='\''%s'\''${LD_LIBRARY_PATH:-} exec '\''%s'\'' "$@"\n' "$libraries" "$found" >"$folder/bin/$program"
  chmod +x "$folder/bin/$program"
done
"$folder/bin/gnuplot" --version >&2
"$folder/bin/jq" --version >&2
echo "export RESULTS_READERS='$folder/bin'"
