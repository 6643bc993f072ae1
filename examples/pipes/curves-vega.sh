#!/bin/sh
# Draws the learning curves of a finished run with the commands of the packages vega-lite and vega.
# Usage: curves-vega.sh RUN PICTURE.svg
set -eu
train history "$1" --format vega-lite | vl2svg >"$2"
