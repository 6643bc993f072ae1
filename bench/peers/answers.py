"""The stdout of a peer: JSON lines and nothing else, whatever the libraries print."""

import json
import os
import statistics
import sys


def take_stdout():
    """Sends everything printed from now on to stderr, and returns the function that writes a JSON line to stdout."""
    stdout = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(record):
        stdout.write(json.dumps(record) + "\n")
        stdout.flush()

    return answer


def ms_per_step(times):
    """What is told of times in milliseconds, each a mean over a chunk of steps."""
    return {
        "median": round(statistics.median(times), 4),
        "min": round(min(times), 4),
        "mean": round(statistics.fmean(times), 4),
    }


def skip(answer, reason):
    """Names the reason why this peer cannot run, and ends the process with exit code 0."""
    answer({"skipped": str(reason)})
    sys.exit(0)
