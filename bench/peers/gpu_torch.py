"""A spec in PyTorch, as its users write a fast loop: python gpu_torch.py JOB eager|compile|graphs. Speaks the JSON lines of
keras_mlp.py.

The whole data set lies on the card; batches are cut there from a random order; the loss of an epoch is added up there;
nothing waits for the card within a chunk of steps. With `compile`, forward pass and loss go through torch.compile;
with `graphs` it also replays them as CUDA graphs. A time is that of 25 steps; the first 25 of a turn are not counted.
"""

import time

from gpu_job import prepare_environment, prepare_torch, serve, wait_for

CHUNK = 25


def start(job, mode):
    prepare_environment(job, "torch")
    refuse_what_is_left_out(job.spec)
    torch = prepare_torch(job)
    torch.manual_seed(job.spec["seed"])
    device = torch.device("cuda" if job.device == "gpu" else "cpu")
    half = job.precision == "mixed_float16"
    if half and job.device == "cpu":
        raise RuntimeError("mixed_float16 needs a GPU")
    model = model_of(torch, job).to(device)
    optimizer = optimizer_of(torch, job.spec["optimizer"], model.parameters(), device)
    scaler = torch.amp.GradScaler(device.type, enabled=half)
    x = torch.from_numpy(job.x).to(device)
    y = torch.from_numpy(job.y).to(device)
    y = y.argmax(-1) if job.target == "one_hot" else y.long()
    measured = len(job.spec["metrics"]) > 0

    def forward(x, y):
        with torch.autocast(device.type, torch.float16, enabled=half):
            logits = model(x)
            loss = torch.nn.functional.cross_entropy(logits, y)
        right = (logits.argmax(-1) == y).sum() if measured else torch.zeros((), device=device)
        return loss, right

    if mode != "eager":
        forward = torch.compile(forward, mode="reduce-overhead" if mode == "graphs" else "default")
    batches = batches_of(torch, len(x), job.batch_size, device)
    sums = torch.zeros(2, device=device)

    def step():
        batch = next(batches)
        if mode == "graphs":
            torch.compiler.cudagraph_mark_step_begin()
        optimizer.zero_grad(set_to_none=True)
        loss, right = forward(x[batch], y[batch])
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        sums[0] += loss.detach()
        sums[1] += right

    def timed_steps(n):
        times = []
        for _ in range(1 + max(1, round(n / CHUNK))):
            sums.zero_()
            wait_for(torch, device)
            start = time.perf_counter()
            for _ in range(CHUNK):
                step()
            loss = float(sums[0]) / CHUNK
            wait_for(torch, device)
            times.append((time.perf_counter() - start) * 1e3 / CHUNK)
        return times[1:], loss

    timed_steps(CHUNK)
    return {"peer": f"torch-{mode}", "versions": {"torch": torch.__version__}}, timed_steps


def batches_of(torch, samples, size, device):
    while True:
        order = torch.randperm(samples, device=device)
        for start in range(0, samples - size + 1, size):
            yield order[start : start + size]


# Fields of which the loop does nothing.
LEFT_OUT = {
    "optimizer": {"clipnorm", "clipvalue", "global_clipnorm", "use_ema", "gradient_accumulation_steps"},
    "loss": {"from_logits", "label_smoothing", "ignore_class"},
    "layers": {"kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint"},
}


def refuse_what_is_left_out(spec):
    """A ValueError that names the field."""
    places = [("optimizer", spec["optimizer"]), ("loss", spec["loss"])]
    places += [("layers", layer) for layer in spec["model"]["layers"]]
    for place, fields in places:
        for name in LEFT_OUT[place] & fields.keys():
            if fields[name]:
                raise ValueError(f'"{name}" of "{place}": this loop does not do it')
    if spec["optimizer"]["weight_decay"] and spec["optimizer"]["type"] != "AdamW":
        raise ValueError('"weight_decay" of "optimizer": this loop has it for AdamW only')
    if not isinstance(spec["optimizer"]["learning_rate"], (int, float)):
        raise ValueError('"learning_rate" of "optimizer": this loop has no schedules')


def model_of(torch, job):
    """Up to the softmax, which is a part of PyTorch's crossentropy."""
    nn = torch.nn
    activations = {
        "relu": nn.ReLU,
        "relu6": nn.ReLU6,
        "elu": nn.ELU,
        "selu": nn.SELU,
        "gelu": nn.GELU,
        "silu": nn.SiLU,
        "mish": nn.Mish,
        "sigmoid": nn.Sigmoid,
        "softplus": nn.Softplus,
        "tanh": nn.Tanh,
    }
    if not job.spec["loss"]["type"].endswith("categorical_crossentropy"):
        raise ValueError(f"this loop has no loss {job.spec['loss']['type']}")
    modules = []
    shape = list(job.sample_shape)
    specs = [layer for layer in job.spec["model"]["layers"] if layer["type"] != "Input"]
    for index, layer in enumerate(specs):
        kind = layer["type"]
        activation = layer.get("activation", "linear")
        if kind == "Dense":
            modules.append(nn.Linear(shape[-1], layer["units"], bias=layer["use_bias"]))
            nn.init.xavier_uniform_(modules[-1].weight)
            shape[-1] = layer["units"]
        elif kind == "Dropout":
            modules.append(nn.Dropout(layer["rate"]))
        elif kind == "Flatten":
            modules.append(nn.Flatten())
            size = 1
            for dim in shape:
                size *= dim
            shape = [size]
        elif kind != "Activation":
            raise ValueError(f"this loop has no layer {kind}")
        if index == len(specs) - 1:
            if activation != "softmax":
                raise ValueError("this loop has crossentropies after a softmax only")
        elif activation != "linear":
            if activation not in activations:
                raise ValueError(f"this loop has no activation {activation}")
            modules.append(activations[activation]())
    return nn.Sequential(*modules)


def optimizer_of(torch, spec, parameters, device):
    rate = spec["learning_rate"]
    kind = spec["type"]
    fused = {"fused": True if device.type == "cuda" else None}
    if kind == "SGD":
        return torch.optim.SGD(parameters, rate, spec["momentum"], nesterov=spec["nesterov"], **fused)
    if kind == "RMSprop":
        return torch.optim.RMSprop(
            parameters, rate, spec["rho"], spec["epsilon"], momentum=spec["momentum"], centered=spec["centered"]
        )
    if kind in ("Adam", "AdamW"):
        decay = {"weight_decay": spec["weight_decay"]} if kind == "AdamW" else {}
        betas = (spec["beta_1"], spec["beta_2"])
        adam = getattr(torch.optim, kind)
        return adam(parameters, rate, betas, spec["epsilon"], amsgrad=spec["amsgrad"], **decay, **fused)
    raise ValueError(f"this loop has no optimizer {kind}")


if __name__ == "__main__":
    serve(start)
