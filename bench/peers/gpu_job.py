"""The job of a GPU peer: any spec, with its data, precision and device, from a JSON file that bench/gpu/gpu.js wrote.

Precisions: `float32`, every bit of it; `tf32`, which rounds what is multiplied to 10 bits of fraction, with 32-bit
sums; `mixed_float16`, products in float16, weights in float32.
"""

import json
import os
import sys
from types import SimpleNamespace

import numpy as np

from answers import skip, take_stdout
from keras_mlp import peak_memory


def serve(start):
    """Answers the JSON lines of keras_mlp.py. `start(job, *arguments)` warms up and returns a record about itself and
    `timed_steps(n)`, which gives milliseconds per step, a list, and the last loss.

    Arguments of the process: the file of the job, then those of `start`.
    """
    answer = take_stdout()
    try:
        about, timed_steps = start(load_job(sys.argv[1]), *sys.argv[2:])
    except Exception as error:  # whatever a library throws where it cannot work
        skip(answer, reason(error))
    answer({"ready": True, **about})
    for line in sys.stdin:
        command = json.loads(line)
        if command["cmd"] == "quit":
            break
        try:
            times, loss = timed_steps(command["n"])
            answer({"ms_per_step": times, "loss": loss, "rss_mb": peak_memory()})
        except Exception as error:
            skip(answer, reason(error))


def reason(error):
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:300]


def load_job(path):
    """`x` [samples, ...shape] float32 and `y` in the form that the loss takes, beside the fields of the file."""
    with open(path) as file:
        job = SimpleNamespace(**json.load(file))
    stored = np.fromfile(job.x, job.dtype).reshape(-1, *job.sample_shape)
    job.x = stored.astype("float32") / job.divisor
    labels = np.fromfile(job.y, np.uint8)
    if job.target == "one_hot":
        job.y = np.eye(job.classes, dtype="float32")[labels]
    elif job.target == "column":
        job.y = labels.reshape(-1, 1).astype("float32")
    else:
        job.y = labels.astype("int32")
    return job


def prepare_environment(job, backend):
    """Settings that must stand before a library is imported."""
    os.environ["KERAS_BACKEND"] = backend
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    os.environ["JAX_PLATFORMS"] = "cuda,cpu" if job.device == "gpu" else "cpu"
    os.environ["KERAS_TORCH_DEVICE"] = "cuda" if job.device == "gpu" else "cpu"
    if job.device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"


def prepare_torch(job):
    """PyTorch, with TF32 allowed or not; its own default is not."""
    import torch

    if job.device == "gpu" and not torch.cuda.is_available():
        raise RuntimeError("PyTorch sees no GPU")
    tf32 = job.precision != "float32"
    torch.set_float32_matmul_precision("high" if tf32 else "highest")
    torch.backends.cudnn.allow_tf32 = tf32
    return torch


def wait_for(torch, device):
    """Until the card has done what it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize()
