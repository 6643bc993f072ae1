"""Test scores of scikit-learn and Keras on the rows that `node bench/tables/rows.js SPEC FOLDER` wrote: tables.py FOLDER

Prints {measure: {"sklearn", "keras"}}, each the median of three seeds; for an RBM also "ours", the score of the same
classifier on the hidden probabilities that FOLDER/run has. scikit-learn gets the training and validation rows, because
its early stopping chooses the rows that validate. Keras has the layers, the optimizer, the batches, the epochs and the
early stopping of the spec, and its augmentations, which move the pixels of pictures and of their masks.
"""

import json
import math
import statistics
import sys
import warnings
from pathlib import Path

from answers import take_stdout
from mlp import start_keras
from spec_model import build_model, compile_model

SEEDS = (1, 2, 3)


def main():
    answer = take_stdout()
    warnings.filterwarnings("ignore")
    folder = Path(sys.argv[1])
    spec = json.loads((folder / "spec.json").read_text())
    parts = {part: read(folder / part) for part in ("train", "validation", "test")}
    for_networks = (None if augment_of(spec) else sklearn_network, keras_network)
    for_sklearn, for_keras = PEERS.get(spec["kind"], for_networks)
    results = {}
    for name, peer in (("sklearn", for_sklearn), ("keras", for_keras)):
        scores = [peer(spec, seed=seed, **parts) for seed in (SEEDS if peer else ())]
        for measure in scores[0] if scores else ():
            median = statistics.median(score[measure] for score in scores)
            results.setdefault(measure, {})[name] = float(median)
    if spec["kind"] == "RBM":
        results[RBM_MEASURE]["ours"] = float(ours_of_rbm(folder / "run"))
    answer(results)


def read(folder):
    import numpy as np

    x = {file.stem[2:]: np.load(file) for file in sorted(folder.glob("x-*.npy"))}
    return x, np.load(folder / "y.npy")


def measures(spec, y, predicted):
    """Scores of probabilities or numbers, by the names that the spec's metrics have."""
    import numpy as np
    from sklearn import metrics

    if spec["loss"]["type"] == "mean_squared_error":
        return {"mae": metrics.mean_absolute_error(y, predicted)}
    if y.ndim == 3:  # masks
        return {"acc": np.mean(predicted.argmax(-1) == y)}
    if y.ndim == 2:
        return {"binary_accuracy": np.mean((predicted > 0.5) == y)}
    if predicted.ndim == 2 and predicted.shape[1] > 1:
        return {"acc": metrics.accuracy_score(y, predicted.argmax(1))}
    predicted = predicted.reshape(-1)
    scores = {"acc": np.mean((predicted > 0.5) == y), "auc": metrics.roc_auc_score(y, predicted)}
    return {name: score for name, score in scores.items() if name in names_of(spec)}


def names_of(spec):
    return {"acc" if metric["type"] == "accuracy" else metric["type"] for metric in spec["metrics"]}


# scikit-learn ---------------------------------------------------------------


def sklearn_network(spec, train, validation, test, seed):
    """The hidden layers of the spec in an MLP; for several inputs, logistic regression on one-hot categories."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline

    x, y = (both(*one) for one in zip((train[0], train[1]), (validation[0], validation[1])))
    regression = spec["loss"]["type"] == "mean_squared_error"
    if len(x) > 1:
        model = make_pipeline(one_hot(x), LogisticRegression(max_iter=100))
        if seed != SEEDS[0]:  # nothing is drawn
            return sklearn_network(spec, train, validation, test, SEEDS[0])
    else:
        units = [layer["units"] for layer in spec["model"]["layers"] if layer["type"] == "Dense"][:-1]
        fit, stops = spec["fit"], spec["early_stopping"]
        model = (MLPRegressor if regression else MLPClassifier)(
            hidden_layer_sizes=units,
            batch_size=fit["batch_size"],
            max_iter=fit["epochs"],
            learning_rate_init=spec["optimizer"]["learning_rate"],
            random_state=seed,
            early_stopping=stops is not None,
            n_iter_no_change=stops["patience"] if stops else fit["epochs"],
            validation_fraction=fit["validation_split"] or 0.1,
        )
    model.fit(table_of(x), y)
    if regression:
        return measures(spec, test[1], model.predict(table_of(test[0])))
    predicted = model.predict_proba(table_of(test[0]))
    binary = np.ndim(test[1]) == 1 and predicted.shape[1] == 2
    return measures(spec, test[1], predicted[:, 1] if binary else predicted)


def both(one, other):
    import numpy as np

    if isinstance(one, dict):
        return {name: both(one[name], other[name]) for name in one}
    return np.concatenate([one, other])


def table_of(x):
    import numpy as np

    return np.concatenate([values.reshape(len(values), math.prod(values.shape[1:])) for values in x.values()], 1)


def one_hot(x):
    """A column of whole numbers is one of categories."""
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OneHotEncoder

    whole = [at for at, values in enumerate(x.values()) if (values == values.round()).all()]
    return make_column_transformer((OneHotEncoder(handle_unknown="ignore"), whole), remainder="passthrough")


RBM_MEASURE = "acc of logistic regression on its features"


def sklearn_rbm(spec, train, validation, test, seed):
    from sklearn.neural_network import BernoulliRBM

    model = spec["model"]
    rbm = BernoulliRBM(
        model["hidden_units"],
        learning_rate=spec["optimizer"]["learning_rate"],
        batch_size=spec["fit"]["batch_size"],
        n_iter=spec["fit"]["epochs"],
        random_state=seed,
    )
    x = rbm.fit_transform(table_of(train[0]))
    return {RBM_MEASURE: linear_accuracy(x, train[1], rbm.transform(table_of(test[0])), test[1])}


def ours_of_rbm(run):
    import numpy as np

    load = lambda name: np.load(run / f"{name}.npy")
    features = ("features-train", "features-train-labels", "features-test", "features-test-labels")
    return linear_accuracy(*map(load, features))


def linear_accuracy(x, y, test_x, test_y):
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=2000).fit(x, y).score(test_x, test_y)


def sklearn_stack(spec, train, validation, test, seed):
    """RBMs and logistic regression, which are not trained further together."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import BernoulliRBM
    from sklearn.pipeline import make_pipeline

    rbms = [
        BernoulliRBM(
            rbm["hidden_units"],
            learning_rate=rbm["optimizer"]["learning_rate"],
            batch_size=rbm["batch_size"],
            n_iter=rbm["epochs"],
            random_state=seed,
        )
        for rbm in spec["rbms"]
    ]
    model = make_pipeline(*rbms, LogisticRegression(max_iter=2000)).fit(table_of(train[0]), train[1])
    return measures(spec, test[1], model.predict_proba(table_of(test[0])))


# Keras ----------------------------------------------------------------------


def keras_network(spec, train, validation, test, seed):
    keras = start_keras("tensorflow")
    keras.utils.set_random_seed(seed)
    shapes = {name: values.shape[1:] or (1,) for name, values in train[0].items()}
    model, _ = build_model(keras, spec, shapes if len(shapes) > 1 else next(iter(shapes.values())))
    fit, stops = spec["fit"], spec["early_stopping"]
    compile_model(keras, model, spec, steps_per_epoch=math.ceil(len(train[1]) / fit["batch_size"]))
    x, of_validation, of_test = (
        columns(part[0]) if len(shapes) > 1 else only(part[0]) for part in (train, validation, test)
    )
    shaped = lambda y: y.reshape(-1, 1) if y.ndim == 1 else y
    y = shaped(train[1])
    if augment_of(spec):
        x, y = augmented(keras, spec, x, y, seed), None
    early = [keras.callbacks.EarlyStopping(**{key: stops[key] for key in EARLY})] if stops else []
    model.fit(
        x,
        y,
        batch_size=None if y is None else fit["batch_size"],
        epochs=fit["epochs"],
        validation_data=(of_validation, shaped(validation[1])) if len(validation[1]) else None,
        callbacks=early,
        verbose=0,
    )
    return measures(spec, test[1], model.predict(of_test, batch_size=4096, verbose=0))


def augment_of(spec):
    """The augmentations of the only feature, in their order."""
    features = spec["data"].get("features") or {}
    return [layer for feature in features.values() for layer in feature.get("augment", [])]


def augmented(keras, spec, x, y, seed):
    """Batches of pictures and targets, augmented anew in each epoch."""
    import tensorflow as tf

    options = [{key: value for key, value in layer.items() if key not in ("type", "seed")} for layer in augment_of(spec)]
    layers = [
        getattr(keras.layers, layer["type"])(**own, seed=seed) for layer, own in zip(augment_of(spec), options)
    ]

    def change(x, y):
        data = {"images": x, "segmentation_masks": y[..., None]} if y.ndim == 3 else x
        for layer in layers:
            data = layer(data, training=True)
        return (data["images"], data["segmentation_masks"][..., 0]) if y.ndim == 3 else (data, y)

    rows = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed=seed)
    return rows.batch(spec["fit"]["batch_size"]).map(lambda x, y: change(x, y))


def only(x):
    """The one input: pictures as they are, anything else as a table."""
    (values,) = x.values()
    return values if values.ndim == 4 else table_of(x)


EARLY = ("monitor", "patience", "restore_best_weights")


def columns(x):
    return {name: values.reshape(len(values), math.prod(values.shape[1:])) for name, values in x.items()}


PEERS = {"RBM": (sklearn_rbm, None), "DBN": (sklearn_stack, keras_network)}

if __name__ == "__main__":
    main()
