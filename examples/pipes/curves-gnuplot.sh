#!/bin/sh
# Draws the learning curves of a run with gnuplot, from CSV.
# Usage: curves-gnuplot.sh SPEC PICTURE.svg
set -eu
train "$1" --history - --history-format csv |
  gnuplot \
    -e "set terminal svg; set output '$2'; set datafile separator ','; set key autotitle columnheader" \
    -e "set xlabel 'epoch'; set ylabel 'loss'; unset key; plot '< cat' using 'epoch':'loss' with linespoints"
