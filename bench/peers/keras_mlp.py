"""A Keras peer that stays: python keras_mlp.py jax|tensorflow|torch [MNIST_FOLDER]

Reads JSON lines and answers each with one:
  at the start        {"ready": true, "peer": "keras-jax", "threads": 2, "warmup_ms": ...} or {"skipped": "reason"}
  {"cmd":"steps","n":100}   {"ms_per_step": {"median", "min", "mean"}, "steps", "chunk", "loss", "accuracy", "rss_mb"}
  {"cmd":"quit"}      ends; so does the end of the input

Steps are those of `fit` with Keras' defaults: full data set, shuffled, verbose=0, default jit_compile and
steps_per_execution, no callback within an epoch (it would force a synchronisation after each step).
A time is that of an epoch of `chunk` steps (default 25) inside one `fit`, over `chunk`. The first chunk of
each `fit` is not counted: it sets up the iterator, which in real use happens once in 422 steps.
"""

import json
import resource
import sys
import time

from answers import ms_per_step, skip, take_stdout
from mlp import BATCH, THREADS, compiled_mlp, load_mnist, mnist_folder, start_keras

CHUNK = 25


def main():
    answer = take_stdout()
    backend = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        keras = start_keras(backend)
        x, y = load_mnist(mnist_folder(sys.argv[2:]))
    except (ImportError, OSError, ValueError) as error:
        skip(answer, error)
    x, y = x[:54000], y[:54000]
    model = compiled_mlp(keras)
    start = time.perf_counter()
    model.fit(x, y, batch_size=BATCH, steps_per_epoch=20, epochs=1, verbose=0)
    warmup = (time.perf_counter() - start) * 1e3
    answer({"ready": True, "peer": f"keras-{backend}", "threads": THREADS, "warmup_ms": round(warmup, 1)})

    serve(answer, lambda n, chunk: timed_steps(keras, model, x, y, n, chunk))


def serve(answer, timed):
    """Answers commands until the end: `timed(n, chunk)` are the times of n steps."""
    for line in sys.stdin:
        command = json.loads(line)
        if command["cmd"] == "quit":
            break
        if command["cmd"] == "steps":
            answer(timed(command["n"], command.get("chunk")))
        else:
            answer({"error": f"unknown command {command['cmd']!r}"})


def long_enough(keras, values, rows):
    """Arrays, one after another as often as it takes for this many rows: `fit` ends when the data are used up."""
    import numpy as np

    def repeated(one):
        return one if len(one) >= rows else np.concatenate([one] * -(-rows // len(one)))

    return keras.tree.map_structure(repeated, values)


def timed_steps(keras, model, x, y, n, chunk=None, batch=BATCH, **options):
    """`x` is an array, and `y` beside it; or a PyDataset of whole batches with their targets, and y is None."""
    chunk = min(chunk or CHUNK, n)
    if y is not None:
        x, y = (long_enough(keras, values, 2 * chunk * batch) for values in (x, y))
    batches, sizes = (len(x), {}) if y is None else (len(x) // batch, {"batch_size": batch})
    per_fit = max(1, batches // chunk - 1)  # counted chunks of one `fit`: with the first, they fit in the data
    left = max(1, n // chunk)
    times = []
    while left > 0:
        counted = min(left, per_fit)
        timer = epoch_timer(keras)
        history = model.fit(
            x,
            y,
            steps_per_epoch=chunk,
            epochs=1 + counted,
            verbose=0,
            callbacks=[timer],
            **sizes,
            **options,
        ).history
        times += timer.milliseconds[1:]
        left -= counted
    per_step = [ms / chunk for ms in times]
    return {
        "ms_per_step": ms_per_step(per_step),
        "steps": len(times) * chunk,
        "chunk": chunk,
        "loss": round(float(history["loss"][-1]), 4),
        **{key: round(float(history[key][-1]), 4) for key in history if key == "accuracy"},
        "rss_mb": peak_memory(),
    }


def epoch_timer(keras):
    class EpochTimer(keras.callbacks.Callback):
        milliseconds = None

        def on_train_begin(self, logs=None):
            self.milliseconds = []

        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            self.milliseconds.append((time.perf_counter() - self.start) * 1e3)

    return EpochTimer()


def peak_memory():
    """Peak resident size of this process in MB (Linux counts in KB, macOS in bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3))


if __name__ == "__main__":
    main()
