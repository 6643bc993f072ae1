"""A spec in plain Keras: python gpu_keras.py JOB jax|tensorflow|torch. Speaks the JSON lines of keras_mlp.py.

Steps are those of `fit` with Keras' defaults, as in keras_mlp.py: batches come from the processor's memory.
"""

import importlib
import math

from gpu_job import prepare_environment, prepare_torch, serve
from keras_mlp import epoch_timer
from spec_model import build_model, compile_model, refuse_what_keras_cannot

CHUNK = 25
CHUNKS = 4  # in one `fit`, beside the first, which is not counted


def start(job, backend):
    prepare_environment(job, backend)
    {"jax": prepare_jax, "tensorflow": prepare_tensorflow, "torch": prepare_torch}[backend](job)
    import keras
    import numpy as np

    keras.utils.set_random_seed(job.spec["seed"])
    model = model_of(keras, job)
    # a `fit` never runs out of data
    times = -(-(1 + CHUNKS) * CHUNK * job.batch_size // len(job.x))
    x, y = np.concatenate([job.x] * times), np.concatenate([job.y] * times)

    def timed_steps(n):
        left = max(1, round(n / CHUNK))
        steps = []
        while left > 0:
            counted = min(left, CHUNKS)
            timer = epoch_timer(keras)
            history = model.fit(
                x,
                y,
                batch_size=job.batch_size,
                steps_per_epoch=CHUNK,
                epochs=1 + counted,
                verbose=0,
                callbacks=[timer],
            ).history
            steps += [ms / CHUNK for ms in timer.milliseconds[1:]]
            left -= counted
        return steps, float(history["loss"][-1])

    timed_steps(CHUNK)
    return {"peer": f"keras-{backend}", "versions": versions(backend, keras)}, timed_steps


def prepare_tensorflow(job):
    import tensorflow

    if job.device == "gpu" and not tensorflow.config.list_physical_devices("GPU"):
        raise RuntimeError("TensorFlow sees no GPU")
    tensorflow.config.experimental.enable_tensor_float_32_execution(job.precision != "float32")


def prepare_jax(job):
    import jax

    jax.config.update("jax_default_matmul_precision", "float32" if job.precision == "float32" else "tensorfloat32")
    if job.device == "gpu" and jax.default_backend() != "gpu":
        raise RuntimeError("JAX sees no GPU")


def versions(backend, keras):
    return {"keras": keras.__version__, backend: importlib.import_module(backend).__version__}


def model_of(keras, job):
    spec = {**job.spec, "precision": "mixed_float16" if job.precision == "mixed_float16" else "float32"}
    refuse_what_keras_cannot(spec)
    model, _ = build_model(keras, spec, job.sample_shape)
    compile_model(keras, model, spec, steps_per_epoch=math.ceil(len(job.x) / job.batch_size))
    return model


if __name__ == "__main__":
    serve(start)
