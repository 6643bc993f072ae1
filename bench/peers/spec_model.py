"""The Keras 3 model that a spec describes: layers, losses, metrics and optimizers by their names and fields.

Takes a resolved spec, which has every default: `node bench/for-keras.js` writes it, and each run's folder holds it as
spec.json. What a spec can say and Keras cannot is a ValueError.
"""

import json
import math


class Job:
    """What `node bench/for-keras.js SPEC FOLDER` wrote. `x`: samples as float32; `labels`: class numbers. With `drawn`,
    values of x are probabilities of a 1, and each epoch draws samples anew."""

    def __init__(self, folder):
        import numpy as np

        self.spec, data = (json.loads((folder / f"{name}.json").read_text()) for name in ("spec", "data"))
        x = np.fromfile(folder / "x", data["dtype"]).reshape(data["count"], *data["shape"])
        self.x = x.astype("float32") / data["divisor"]
        self.labels = np.fromfile(folder / "y", np.uint8).astype("int32")
        self.classes, self.drawn = data["classes"], data["drawn"]
        refuse_what_keras_cannot(self.spec)


def refuse_what_keras_cannot(spec):
    """A ValueError that names the field, for what would fail later or be another job without a word."""
    kind = spec["model"]["type"]
    if kind not in ("Sequential", "Functional"):
        raise ValueError(f'"model": Keras has no {kind}')
    rate = spec["optimizer"]["learning_rate"]
    if isinstance(rate, dict) and "OneCycle" in (rate["type"], kind_of(rate.get("learning_rate"))):
        raise ValueError('"optimizer.learning_rate": Keras has no OneCycle')


def kind_of(value):
    return value["type"] if isinstance(value, dict) else None


def batches_of(keras, job, model, batch):
    """Whole batches of samples that are drawn as they are taken; an epoch takes each sample once at most."""
    import numpy as np

    random = np.random.default_rng(job.spec["seed"])

    class Drawn(keras.utils.PyDataset):
        def __init__(self):
            super().__init__()
            self.on_epoch_end()

        def __len__(self):
            return len(job.x) // batch

        def __getitem__(self, index):
            rows = self.order[index * batch : (index + 1) * batch]
            x = (random.random(job.x[rows].shape, "float32") < job.x[rows]).astype("float32")
            return x, targets_of(job.spec, model, x, job.labels[rows], job.classes)

        def on_epoch_end(self):
            count = len(job.x)
            self.order = random.permutation(count) if job.spec["fit"]["shuffle"] else np.arange(count)

    return Drawn()


def build_model(keras, spec, sample_shape):
    """The model, not compiled, and its layers by the names that weights have in trainspec: `block/1/conv`. For several
    inputs, `sample_shape` has the shape of each by its name."""
    keras.config.set_dtype_policy(spec["precision"])
    if isinstance(sample_shape, dict):
        data = {name: keras.Input(shape, name=name) for name, shape in sample_shape.items()}
    else:
        data = keras.Input(sample_shape)
    layers = {}
    scope = Scope(keras, spec["model"]["layers"], layers, given=data)
    outputs = [scope.last() if name is None else scope.output(name) for name in outputs_of(spec)]
    return keras.Model(data, outputs[0] if len(outputs) == 1 else outputs), layers


def compile_model(keras, model, spec, steps_per_epoch):
    outputs = list(outputs_of(spec).values())
    sizes = [output.shape[-1] for output in model.outputs]
    losses = [loss_of(keras, output["loss"], size) for output, size in zip(outputs, sizes)]
    metrics = [[metric_of(keras, metric, size) for metric in output["metrics"]] for output, size in zip(outputs, sizes)]
    several = len(sizes) > 1
    model.compile(
        optimizer=optimizer_of(keras, spec["optimizer"], Lengths(steps_per_epoch, spec["fit"]["epochs"])),
        loss=losses if several else losses[0],
        loss_weights=[output["loss_weight"] for output in outputs] if several else None,
        metrics=metrics if several else metrics[0],
    )


def targets_of(spec, model, x, labels, classes):
    """What each output is compared with, in the form its loss takes; a list where there are several outputs."""
    targets = [
        target_for(output, shape.shape[1:], x, labels, classes)
        for output, shape in zip(outputs_of(spec).values(), model.outputs)
    ]
    return targets if len(targets) > 1 else targets[0]


def outputs_of(spec):
    """By the name of a layer; None for the last one of a model with one output (src/spec/outputs.ts)."""
    if spec.get("outputs"):
        return spec["outputs"]
    return {None: {key: spec[key] for key in ("loss", "metrics", "target")} | {"loss_weight": 1}}


# layers ---------------------------------------------------------------------


class Scope:
    """A list of layers, the model's or a block's. A layer is called when its output is first asked for."""

    def __init__(self, keras, specs, layers, given, prefix="", outer=None):
        self.keras, self.layers, self.given, self.prefix, self.outer = keras, layers, given, prefix, outer
        self.names = [spec["name"] for spec in specs]
        self.specs = dict(zip(self.names, specs))
        self.made = {}

    def last(self):
        return self.output(self.names[-1])

    def output(self, name):
        if name not in self.specs:
            if self.outer is None:
                return self.given[name]
            return self.given if name == "input" else self.outer.output(name)
        if name not in self.made:
            self.made[name] = self.call(self.specs[name])
        return self.made[name]

    def layer(self, name):
        """A layer and its spec, once it has been called at its own place."""
        if name not in self.specs:
            return self.outer.layer(name)
        self.output(name)
        spec = self.specs[name]
        if spec["type"] == "Shared":
            return self.layer(spec["layer"])
        return self.layers[self.prefix + name], spec

    def call(self, spec):
        if spec["type"] == "Input":
            return self.given
        inputs = self.inputs(spec)
        full = self.prefix + spec["name"]
        if spec["type"] == "Block":
            return self.block(spec, full, *inputs)
        if spec["type"] == "Shared":
            layer, of = self.layer(spec["layer"])
            return apply(layer, {**of, "reverse": spec.get("reverse", False)} if "reverse" in of else of, inputs)
        self.layers[full] = layer_of(self.keras, spec, full)
        return apply(self.layers[full], spec, inputs)

    def inputs(self, spec):
        names = spec.get("inputs")
        if names is None:
            index = self.names.index(spec["name"])
            return [self.output(self.names[index - 1]) if index > 0 else self.given]
        return [self.output(name) for name in ([names] if isinstance(names, str) else names)]

    def block(self, spec, full, x):
        for time in range(1, spec["repeat"] + 1):
            prefix = f"{full}/" if spec["repeat"] == 1 else f"{full}/{time}/"
            x = Scope(self.keras, spec["layers"], self.layers, x, prefix, outer=self).last()
        return x


# Arguments that Keras takes when a layer is called, not when it is made.
OF_CALLS = ("use_causal_mask", "reverse")


def layer_of(keras, spec, name):
    options = arguments(keras, spec, but=("inputs", *OF_CALLS))
    made = position_embedding if spec["type"] == "PositionEmbedding" else class_of(keras.layers, spec["type"])
    # a name in Keras has no slash, one of PyTorch's no dot
    return made(**{**options, "name": name.replace("/", "-")})


def position_embedding(sequence_length, initializer, **options):
    """KerasHub's layer of this name, which Keras has not: a learnt vector for each step of (batch, steps, features). A
    mask goes on, as through KerasHub's TokenAndPositionEmbedding."""
    import keras

    class PositionEmbedding(keras.layers.Layer):
        supports_masking = True

        def build(self, shape):
            self.vectors = self.add_weight(name="embeddings", shape=(sequence_length, shape[-1]), initializer=initializer)

        def call(self, x):
            return keras.ops.broadcast_to(self.vectors[: x.shape[1]], keras.ops.shape(x))

    return PositionEmbedding(**options)


def apply(layer, spec, inputs):
    options = {name: spec[name] for name in OF_CALLS if name in spec}
    if "use_causal_mask" in options and len(inputs) == 1:  # self-attention: query, value
        inputs = inputs * 2
    if spec["type"] in ("MultiHeadAttention", "GroupQueryAttention"):
        return layer(*inputs, **options)
    return layer(inputs[0] if len(inputs) == 1 else inputs, **options)


# fields ---------------------------------------------------------------------


def arguments(keras, spec, but=()):
    return {name: argument(keras, name, value) for name, value in spec.items() if name not in ("type", *but)}


def argument(keras, name, value):
    if isinstance(value, list):
        return tuple(argument(keras, name, one) for one in value)
    if not isinstance(value, dict):
        # F-scores accept no int, and JSON does not distinguish int and float
        return float(value) if name in ("beta", "threshold", "momentum") and value is not None else value
    if name == "layer":
        return layer_of(keras, value, value["name"])
    for kind in ("initializer", "regularizer", "constraint"):
        if name == kind or name.endswith(f"_{kind}"):
            return made(keras, getattr(keras, f"{kind}s"), value)
    raise ValueError(f"found an object as {name}, which is not known")


def made(keras, module, spec):
    return class_of(module, spec["type"])(**arguments(keras, spec))


def class_of(module, name):
    """The class that a name such as `kl_divergence`, `glorot_uniform` or `Adam` stands for."""
    wanted = name.replace("_", "").lower()
    for key, value in vars(module).items():
        # metric log_cosh is LogCoshError
        if isinstance(value, type) and key.lower() in (wanted, f"{wanted}error"):
            return value
    raise ValueError(f"Keras has no {name} in {module.__name__}")


def loss_of(keras, spec, size):
    return made(keras, keras.losses, for_size(spec, size))


FUNCTIONS_ONLY = (
    "huber",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
)


def metric_of(keras, spec, size):
    # Keras too chooses the accuracy by the shapes
    if spec["type"] == "accuracy":
        return "accuracy"
    spec = for_size(spec, size)
    # some losses are metrics only as functions
    if spec["type"] in FUNCTIONS_ONLY:
        return keras.metrics.MeanMetricWrapper(getattr(keras.losses, spec["type"]), **arguments(keras, spec))
    return made(keras, keras.metrics, spec)


def for_size(spec, size):
    """Which crossentropy is meant, for an output of this size."""
    if spec["type"] != "crossentropy":
        return spec
    return {**spec, "type": "binary_crossentropy" if size == 1 else "sparse_categorical_crossentropy"}


def optimizer_of(keras, spec, lengths):
    rate = spec["learning_rate"]
    schedule = rate if isinstance(rate, (int, float)) else schedule_of(keras, rate, lengths)
    options = arguments(keras, spec, but=("learning_rate",))
    return class_of(keras.optimizers, spec["type"])(learning_rate=schedule, **options)


# learning rates -------------------------------------------------------------


class Lengths:
    """Of a run, for counts in epochs (src/training/schedules/registry.ts)."""

    def __init__(self, steps_per_epoch, epochs):
        self.steps_per_epoch, self.epochs = steps_per_epoch, epochs

    def steps(self, count):
        if isinstance(count, list):
            return [self.steps(one) for one in count]
        if isinstance(count, dict):
            return max(1, math.floor(count["epochs"] * self.steps_per_epoch + 0.5))
        return count


COUNTS = ("decay_steps", "first_decay_steps", "warmup_steps", "boundaries")


def schedule_of(keras, spec, lengths):
    # JSON does not distinguish 0 and 0.0, but Keras does
    real = lambda value: float(value) if type(value) is int else value
    options = {
        name: lengths.steps(value) if name in COUNTS else real(value) for name, value in spec.items() if name != "type"
    }
    if spec["type"] == "LinearWarmup":
        return linear_warmup(keras, lengths=lengths, **options)
    return class_of(keras.optimizers.schedules, spec["type"])(**options)


def linear_warmup(keras, lengths, warmup_steps, learning_rate, initial_learning_rate=0):
    """Keras has it as a part of CosineDecay only (src/training/schedules/linear-warmup.ts)."""
    schedules = keras.optimizers.schedules
    if isinstance(learning_rate, dict):
        after = schedule_of(keras, learning_rate, lengths)
    else:
        after = schedules.PiecewiseConstantDecay([0], [learning_rate, learning_rate])

    class LinearWarmup(schedules.LearningRateSchedule):
        def __call__(self, step):
            done = keras.ops.cast(step, "float32")
            rise = initial_learning_rate + (after(0) - initial_learning_rate) * done / warmup_steps
            return keras.ops.where(done < warmup_steps, rise, after(keras.ops.maximum(done - warmup_steps, 0)))

        def get_config(self):
            return {}

    return LinearWarmup()


# targets --------------------------------------------------------------------


def target_for(output, shape, x, labels, classes):
    import numpy as np

    target, loss = output["target"], for_size(output["loss"], shape[-1])["type"]
    if target["type"] == "input":
        return x.reshape(-1, *shape)
    if target["type"] == "grouped_label":
        groups = target["groups"]
        group = [next(i for i, of in enumerate(groups) if one in of) for one in range(classes)]
        labels, classes = np.array(group, labels.dtype)[labels], len(groups)
    if loss in ("sparse_categorical_crossentropy", "categorical_generalized_cross_entropy", "circle"):
        return labels
    return np.eye(classes, dtype="float32")[labels] if shape[-1] == classes else labels[:, None].astype("float32")
