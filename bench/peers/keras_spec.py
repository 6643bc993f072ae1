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
from spec_model import Job, batches_of, build_model, compile_model, targets_of


def main():
    answer = take_stdout()
    backend = os.environ.get("KERAS_BACKEND", "")
    try:
        keras = start_keras(backend)
        job = Job(Path(sys.argv[1]))
        spec, samples = job.spec, len(job.x)
        batch = min(spec["fit"]["batch_size"], samples)
        model, _ = build_model(keras, spec, job.x.shape[1:])
        compile_model(keras, model, spec, steps_per_epoch=math.ceil(samples / batch))
    except (ImportError, OSError, ValueError) as error:
        skip(answer, error)
    # a `fit` of the benchmark is not the end of training, at which the mean of the weights would take their place
    model.optimizer.finalize_variable_values = lambda weights: None
    if job.drawn:
        x, y, shuffle = batches_of(keras, job, model, batch), None, False
    else:
        x, y = job.x, targets_of(spec, model, job.x, job.labels, job.classes)
        shuffle = spec["fit"]["shuffle"]
    options = {"batch": batch, "shuffle": shuffle}
    if spec["fit"]["class_weight"]:
        options["class_weight"] = {int(label): weight for label, weight in spec["fit"]["class_weight"].items()}
    start = time.perf_counter()
    timed_steps(keras, model, x, y, 2, 2, **options)
    warmup = (time.perf_counter() - start) * 1e3
    answer({"ready": True, "peer": f"keras-{backend}", "threads": THREADS, "warmup_ms": round(warmup, 1)})
    serve(answer, lambda n, chunk: timed_steps(keras, model, x, y, n, chunk, **options))


if __name__ == "__main__":
    main()
