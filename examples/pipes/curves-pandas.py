"""Draws the learning curves of a run with pandas and matplotlib, from tidy CSV on standard input.

Usage: train SPEC --history - --history-format tidy | python curves-pandas.py PICTURE.png
"""
import sys

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import pandas as pd

history = pd.read_csv(sys.stdin)
measures = history[~history.metric.isin(["seconds", "learning_rate"])]
figure, axes = plt.subplots(measures.metric.nunique(), sharex=True, squeeze=False)
for axis, (metric, rows) in zip(axes[:, 0], measures.groupby("metric", sort=False)):
    rows.pivot(index="epoch", columns="split", values="value").plot(ax=axis, title=metric, marker=".")
figure.tight_layout()
figure.savefig(sys.argv[1])
