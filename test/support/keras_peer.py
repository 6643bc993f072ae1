"""Loads files in real Keras. `python keras_peer.py FOLDER`: jobs.json there has a list of jobs, and each gives a line of
JSON: {"name", "class", "outputs", "history"} or {"name", "error"}.

A job is {"name", "inputs": arrays, "fit"?: {"targets": arrays, ... arguments of fit}}; NAME.keras is its file. An array
is {"shape", "values"}.
"""

import importlib.util
import json
import sys
import warnings
from pathlib import Path

import keras
import numpy as np

warnings.simplefilter("ignore")

if importlib.util.find_spec("keras_hub") is None:
    # KerasHub needs more than a gigabyte of other packages
    @keras.saving.register_keras_serializable("keras_hub")
    class PositionEmbedding(keras.layers.Layer):
        def __init__(self, sequence_length, initializer="glorot_uniform", **kwargs):
            super().__init__(**kwargs)
            self.sequence_length = sequence_length
            self.initializer = keras.initializers.get(initializer)

        def build(self, shape):
            self.position_embeddings = self.add_weight(
                name="embeddings", shape=[self.sequence_length, shape[-1]], initializer=self.initializer
            )

        def call(self, x):
            return keras.ops.broadcast_to(self.position_embeddings[: x.shape[1]], keras.ops.shape(x))


def array(given):
    return np.array(given["values"], np.float32).reshape(given["shape"])


def one(values):
    return values if len(values) > 1 else values[0]


def done(folder, job):
    model = keras.models.load_model(folder / f"{job['name']}.keras")
    inputs = one([array(given) for given in job["inputs"]])
    outputs = model.predict(inputs, verbose=0)
    result = {
        "name": job["name"],
        "class": type(model).__name__,
        "outputs": [value.ravel().tolist() for value in (outputs if isinstance(outputs, list) else [outputs])],
    }
    if "fit" in job:
        options = dict(job["fit"])
        targets = one([array(given) for given in options.pop("targets")])
        if options.get("class_weight"):
            options["class_weight"] = {int(key): value for key, value in options["class_weight"].items()}
        model.jit_compile = keras.backend.backend() == "jax"
        result["history"] = model.fit(inputs, targets, verbose=0, **options).history
    return result


folder = Path(sys.argv[1])
for job in json.loads((folder / "jobs.json").read_text()):
    keras.utils.clear_session(free_memory=False)
    try:
        line = done(folder, job)
    except Exception as error:
        line = {"name": job["name"], "error": f"{type(error).__name__}: {error}"}
    print(json.dumps(line), flush=True)
