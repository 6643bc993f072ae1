"""Keras as a peer of bench/pictures/pictures.js: pictures.py read|augment FOLDER. A step is a pass over all pictures."""

import resource
import sys
import time
from pathlib import Path

from answers import ms_per_step, skip, take_stdout
from keras_mlp import serve
from mlp import THREADS, start_keras

BATCH = 32


def main():
    answer = take_stdout()
    job, folder = sys.argv[1], Path(sys.argv[2])
    try:
        keras = start_keras("tensorflow")
        data = {"read": reading, "augment": augmenting}[job](keras, folder)
    except (ImportError, OSError, ValueError) as error:
        skip(answer, error)
    answer({"ready": True, "peer": "keras", "pictures": {"read": 600, "augment": 20_000}[job]})
    serve(answer, lambda n, chunk: passes(data, n))


def reading(keras, folder):
    return keras.utils.image_dataset_from_directory(
        folder / "pictures", labels=None, image_size=(224, 224), batch_size=BATCH, verbose=False
    )


def augmenting(keras, folder):
    import numpy as np
    import tensorflow as tf

    layers = [
        keras.layers.RandomFlip(),
        keras.layers.RandomRotation(0.1),
        keras.layers.RandomTranslation(0.1, 0.1),
    ]

    def change(x):
        for layer in layers:
            x = layer(x, training=True)
        return x

    x = np.fromfile(folder / "x.idx", np.uint8, offset=20).reshape(20_000, 32, 32, 3).astype("float32")
    rows = tf.data.Dataset.from_tensor_slices(x).shuffle(len(x)).batch(BATCH)
    return rows.map(change, num_parallel_calls=THREADS).prefetch(2)


def passes(data, n):
    times = []
    for _ in range(n):
        start = time.perf_counter()
        for _ in data:
            pass
        times.append((time.perf_counter() - start) * 1e3)
    return {
        "ms_per_step": ms_per_step(times),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


if __name__ == "__main__":
    main()
