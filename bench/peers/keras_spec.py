"""The Keras peer of any spec: KERAS_BACKEND=jax|tensorflow|torch python keras_spec.py FOLDER

Speaks the JSON lines of keras_mlp.py, and measures as it does. FOLDER is what `node bench/for-keras.js` wrote.
"""

import math
import os
import sys
import time
from pathlib import Path

from answers import skip, take_stdout
from keras_mlp import serve, timed_steps
from mlp import THREADS, start_keras
from spec_model import build_model, compile_model, read_job, targets_of


def main():
    answer = take_stdout()
    backend = os.environ.get("KERAS_BACKEND", "")
    try:
        keras = start_keras(backend)
        spec, x, labels, classes = read_job(Path(sys.argv[1]))
        batch = min(spec["fit"]["batch_size"], len(x))
        model, _ = build_model(keras, spec, x.shape[1:])
        compile_model(keras, model, spec, steps_per_epoch=math.ceil(len(x) / batch))
    except (ImportError, OSError, ValueError) as error:
        skip(answer, error)
    y = targets_of(spec, model, x, labels, classes)
    options = {"batch": batch, "shuffle": spec["fit"]["shuffle"]}
    if spec["fit"]["class_weight"]:
        options["class_weight"] = {int(label): weight for label, weight in spec["fit"]["class_weight"].items()}
    start = time.perf_counter()
    timed_steps(keras, model, x, y, 2, 2, **options)
    warmup = (time.perf_counter() - start) * 1e3
    answer({"ready": True, "peer": f"keras-{backend}", "threads": THREADS, "warmup_ms": round(warmup, 1)})
    serve(answer, lambda n, chunk: timed_steps(keras, model, x, y, n, chunk, **options))


if __name__ == "__main__":
    main()
