"""The Keras peer of any spec: KERAS_BACKEND=jax|tensorflow|torch python keras_spec.py RESOLVED_SPEC [MNIST_FOLDER]

Speaks the JSON lines of keras_mlp.py, and measures as it does. RESOLVED_SPEC is a file that
`node bench/resolved-spec.js SPEC` wrote. Data set mnist-10k is here the first 8,000 digits of mnist: as many, but others.
"""

import json
import math
import os
import sys
import time
from pathlib import Path

from answers import skip, take_stdout
from keras_mlp import serve, timed_steps
from mlp import THREADS, load_digits, mnist_folder, start_keras
from spec_model import build_model, compile_model, targets_of

CLASSES = 10
SAMPLES = {"mnist": 60000, "mnist-10k": 8000}


def main():
    answer = take_stdout()
    backend = os.environ.get("KERAS_BACKEND", "")
    try:
        spec = json.loads(Path(sys.argv[1]).read_text())
        keras = start_keras(backend)
        x, labels = training_samples(spec, mnist_folder(sys.argv[2:]))
        batch = min(spec["fit"]["batch_size"], len(x))
        model, _ = build_model(keras, spec, x.shape[1:])
        compile_model(keras, model, spec, steps_per_epoch=math.ceil(len(x) / batch))
    except (ImportError, OSError, ValueError) as error:
        skip(answer, error)
    y = targets_of(spec, model, x, labels, CLASSES)
    options = {"batch": batch, "shuffle": spec["fit"]["shuffle"]}
    if spec["fit"]["class_weight"]:
        options["class_weight"] = {int(label): weight for label, weight in spec["fit"]["class_weight"].items()}
    start = time.perf_counter()
    timed_steps(keras, model, x, y, 2, 2, **options)
    warmup = (time.perf_counter() - start) * 1e3
    answer({"ready": True, "peer": f"keras-{backend}", "threads": THREADS, "warmup_ms": round(warmup, 1)})
    serve(answer, lambda n, chunk: timed_steps(keras, model, x, y, n, chunk, **options))


def training_samples(spec, folder):
    """Samples in 0..1 and labels, without those of `validation_split`."""
    images, labels = load_digits(folder)
    count = math.floor(SAMPLES[spec["data"]["dataset"]] * (1 - spec["fit"]["validation_split"]))
    x = images[:count].astype("float32") / 255
    return x.reshape(count, 784) if spec["data"]["flatten"] else x, labels[:count].astype("int32")


if __name__ == "__main__":
    main()
