"""From a file to a trained model and its test score: table_times.py keras|sklearn titanic|flights FILE

What one writes with pandas for the jobs of specs/titanic.json, 20 epochs, and specs/flights.json, one epoch.
"""

import sys

import numpy as np
import pandas as pd


def titanic(file):
    """A table with a column for each category and the normalized age, split by chance."""
    rows = pd.read_csv(file).sample(frac=1, random_state=1)
    tests = round(0.2 * len(rows))
    validates = round(0.2 * (len(rows) - tests))
    train = slice(tests + validates, None)
    age = rows["age"].fillna(rows["age"][train].median())
    age = (age - age[train].mean()) / age[train].std(ddof=0)
    x = np.column_stack([pd.get_dummies(rows[["class", "sex"]]), age]).astype("float32")
    y = rows["survived"].to_numpy()
    return [(x[part], y[part]) for part in (train, slice(tests, tests + validates), slice(tests))]


def flights(file):
    """Numbers of categories and the normalized distance, split by time."""
    rows = pd.read_parquet(file).sort_values("date", kind="stable")
    tests = round(0.1 * len(rows))
    train = slice(len(rows) - tests - round(0.1 * (len(rows) - tests)))
    x = {}
    for name in ("origin", "destination"):
        places = {place: 1 + at for at, place in enumerate(sorted(rows[name][train].unique()))}
        x[name] = rows[name].map(places).fillna(0).to_numpy("int32")
    x["hour"] = rows["date"].dt.hour.to_numpy("int32")
    x["weekday"] = rows["date"].dt.dayofweek.to_numpy("int32")
    distance = rows["distance"].to_numpy("float32")
    x["distance"] = (distance - distance[train].mean()) / distance[train].std()
    y = (rows["delay"] > 15).to_numpy("float32")
    parts = (train, slice(train.stop, len(rows) - tests), slice(len(rows) - tests, None))
    return [({name: values[part] for name, values in x.items()}, y[part]) for part in parts]


def keras_titanic(keras):
    layers = keras.layers
    hidden = [layers.Dense(32, "relu"), layers.Dropout(0.2), layers.Dense(1, "sigmoid")]
    return keras.Sequential(hidden), {"metrics": ["accuracy", "auc"]}, 32, 20


def keras_flights(keras):
    layers = keras.layers
    x = {name: keras.Input((), name=name) for name in ("origin", "destination", "hour", "weekday", "distance")}
    sizes = {"origin": (255, 8), "destination": (255, 8), "hour": (25, 4), "weekday": (8, 4)}
    vectors = [layers.Embedding(*sizes[name])(x[name]) for name in sizes]
    both = layers.Concatenate()([*vectors, layers.Reshape((1,))(x["distance"])])
    hidden = layers.Dense(64, "relu")(both)
    return keras.Model(x, layers.Dense(1, "sigmoid")(hidden)), {"metrics": ["auc"]}, 2048, 1


def by_keras(name, file):
    import os

    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import tensorflow as tf

    train, validation, test = {"titanic": titanic, "flights": flights}[name](file)
    model, measures, batch, epochs = {"titanic": keras_titanic, "flights": keras_flights}[name](keras)
    sets = [tf.data.Dataset.from_tensor_slices(part) for part in (train, validation, test)]
    # a place for all rows, so that they are shuffled as well as ours
    sets[0] = sets[0].shuffle(len(train[1]))
    sets = [one.batch(batch).prefetch(tf.data.AUTOTUNE) for one in sets]
    model.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", **measures)
    model.fit(sets[0], validation_data=sets[1], epochs=epochs, verbose=0)
    print(model.evaluate(sets[2], verbose=0))


def by_sklearn(name, file):
    from sklearn.neural_network import MLPClassifier

    train, _, test = titanic(file)
    model = MLPClassifier([32], batch_size=32, max_iter=20, learning_rate_init=0.003, n_iter_no_change=20)
    print(model.fit(*train).score(*test))


if __name__ == "__main__":
    {"keras": by_keras, "sklearn": by_sklearn}[sys.argv[1]](*sys.argv[2:])
