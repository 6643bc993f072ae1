#!/bin/sh
# Extracts Slurm, for the test of sweeps whose trials are its jobs. Changes nothing in the system: the test starts Slurm
# on this machine with a configuration of its own. Needs Debian or Ubuntu, and 14 MB of disk.
# Installs in FOLDER, by default a temporary one.
# Usage: scripts/slurm.sh [FOLDER]. Prints a variable to set: eval "$(scripts/slurm.sh)"
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"
"$root/scripts/debian-packages.sh" slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge >&2
echo "export SLURM_ROOT='$folder'"
