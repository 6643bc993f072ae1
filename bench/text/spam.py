"""Trains what specs/spam.json trains, in Keras: the same folders, TextVectorization and layers. Prints the test score.

specs/data/make-spam.js makes the folder.

KERAS_BACKEND=tensorflow python bench/text/spam.py specs/data/spam [seed...]
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

CLASSES = ["ham", "spam"]


def read(folder):
    """Keras' own loader gives the bytes to the layer, which does not decode latin-1."""
    texts, labels = [], []
    for label, name in enumerate(CLASSES):
        for path in sorted((folder / name).glob("*.txt")):
            texts.append(path.read_bytes().decode("latin-1"))
            labels.append(label)
    return tf.constant(texts), np.array(labels)


def score(folder, seed):
    keras.utils.set_random_seed(seed)
    texts, labels = read(folder / "train")
    order = np.random.default_rng(seed).permutation(len(labels))
    validation, training = np.split(order, [len(labels) // 10])
    layer = keras.layers.TextVectorization(max_tokens=20000, output_sequence_length=500)
    layer.adapt(tf.gather(texts, training))
    x = np.asarray(layer(texts))
    model = keras.Sequential(
        [
            keras.layers.Embedding(layer.vocabulary_size(), 16, mask_zero=True),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy", "auc"])
    parts = [(x[rows], labels[rows]) for rows in (training, validation)]
    model.fit(*parts[0], batch_size=32, epochs=10, validation_data=parts[1], verbose=0)
    tested, wanted = read(folder / "test")
    return model.evaluate(np.asarray(layer(tested)), wanted, verbose=0, return_dict=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for seed in [int(one) for one in sys.argv[2:]] or [1, 2, 3]:
        start = time.perf_counter()
        result = score(folder, seed)
        print(seed, {name: round(value, 4) for name, value in result.items()}, f"{time.perf_counter() - start:.1f} s")
