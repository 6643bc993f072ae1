"""Trains until the loss is below a limit, and then stops the run in good order: the model is saved.

Usage: python stop-when-good.py SPEC LIMIT
"""
import json
import signal
import subprocess
import sys

spec, limit = sys.argv[1], float(sys.argv[2])
with subprocess.Popen(["train", spec, "--events", "-"], stdout=subprocess.PIPE, text=True) as run:
    for line in run.stdout:
        event = json.loads(line)
        if event["event"] == "epoch" and event["metrics"]["loss"] < limit:
            run.send_signal(signal.SIGINT)
        if event["event"] == "end":
            print(event["outcome"], event["directory"])
