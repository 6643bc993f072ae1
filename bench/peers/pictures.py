"""Keras as a peer of bench/pictures/pictures.js: pictures.py read|augment|train FOLDER PICTURES.

A step is a pass over all pictures.
"""

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
    job, folder, pictures = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    try:
        keras = start_keras("tensorflow")
        jobs = {"read": reading, "augment": augmenting, "train": training}
        one_pass = jobs[job](keras, folder, pictures)
    except (ImportError, OSError, ValueError) as error:
        skip(answer, error)
    answer({"ready": True, "peer": "keras"})
    serve(answer, lambda n, chunk: passes(one_pass, n))


def reading(keras, folder, pictures):
    return going_over(
        keras.utils.image_dataset_from_directory(
            folder / "pictures", labels=None, image_size=(224, 224), batch_size=BATCH, verbose=False
        )
    )


def augmenting(keras, folder, pictures):
    return going_over(augmented(keras, folder, pictures, BATCH).map(lambda x, y: x))


def training(keras, folder, pictures):
    rows = augmented(keras, folder, pictures, 128)
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Flatten(),
            layers.Rescaling(1 / 255),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return lambda: model.fit(rows, verbose=0)


def going_over(data):
    def one_pass():
        for _ in data:
            pass

    return one_pass


def augmented(keras, folder, pictures, batch):
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

    x = np.fromfile(folder / "x.idx", np.uint8, offset=20).reshape(pictures, 32, 32, 3).astype("float32")
    y = np.fromfile(folder / "y.idx", np.uint8, offset=8).astype("int32")
    rows = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).batch(batch)
    return rows.map(lambda x, y: (change(x), y), num_parallel_calls=THREADS).prefetch(2)


def passes(one_pass, n):
    times = []
    for _ in range(n):
        start = time.perf_counter()
        one_pass()
        times.append((time.perf_counter() - start) * 1e3)
    return {
        "ms_per_step": ms_per_step(times),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


if __name__ == "__main__":
    main()
