#!/bin/sh
# Follows a run with jq: a line for each epoch, and the outcome.
# Usage: follow-jq.sh SPEC
set -eu
train "$1" --verbose 0 --events - | jq --raw-output --unbuffered '
  if .event == "epoch" then "epoch \(.epoch): loss \(.metrics.loss)"
  elif .event == "warning" then "warning: \(.message)"
  elif .event == "end" then "\(.outcome): \(.directory)"
  else empty end'
