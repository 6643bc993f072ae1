"""The job that every RBM peer does: CD-1 on binarized MNIST as specs/rbm-mnist-cd1.json says, on 2 threads.

A peer stays and answers JSON lines as keras_mlp.py does; a time is that of `chunk` steps, batches included, over `chunk`.
"""

import os
import sys
import time

THREADS = 2
BATCH = 100
HIDDEN = 500
LEARNING_RATE = 0.05
MOMENTUM = 0.5
CHUNK = 25

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC", "PJRT_NPROC"):
    os.environ[name] = str(THREADS)


def load_binarized(arguments):
    """The 60,000 training digits, each pixel drawn once with its grey value as probability: float32."""
    import numpy as np

    from mlp import load_mnist, mnist_folder

    x, _ = load_mnist(mnist_folder(arguments))
    return (np.random.default_rng(0).random(x.shape, np.float32) < x).astype(np.float32)


def first_weights(x):
    """Kernel (visible, hidden), visible bias, hidden bias: small normal numbers, log-odds of the pixels, zeros."""
    import numpy as np

    mean = x.mean(0).clip(1e-5, 1 - 1e-5)
    kernel = np.random.default_rng(1).normal(0, 0.01, (x.shape[1], HIDDEN)).astype(np.float32)
    return kernel, np.log(mean / (1 - mean)).astype(np.float32), np.zeros(HIDDEN, np.float32)


def start(load):
    """Imports what a peer needs and makes its data; says why where it cannot."""
    from answers import skip, take_stdout

    answer = take_stdout()
    try:
        return answer, load()
    except (ImportError, OSError) as error:
        skip(answer, error)


def batches(permutation, count):
    """Places of the samples of one batch after another, in a new order each epoch."""
    while True:
        order = permutation(count)
        for at in range(0, count - BATCH + 1, BATCH):
            yield order[at : at + BATCH]


def timed(run, n, chunk=None):
    """`run(steps)` in chunks, until all of it is computed; it gives the reconstruction error of the last step."""
    from answers import ms_per_step
    from keras_mlp import peak_memory

    chunk = min(chunk or CHUNK, n)
    times = []
    for _ in range(max(1, n // chunk)):
        begin = time.perf_counter()
        error = run(chunk)
        times.append((time.perf_counter() - begin) * 1e3 / chunk)
    return {
        "ms_per_step": ms_per_step(times),
        "steps": len(times) * chunk,
        "chunk": chunk,
        "reconstruction_error": None if error is None else round(float(error), 5),
        "rss_mb": peak_memory(),
    }


def serve(answer, peer, run):
    from keras_mlp import serve as serve_lines

    answer({"ready": True, "peer": peer, "threads": THREADS})
    serve_lines(answer, lambda n, chunk: timed(run, n, chunk))
    sys.exit(0)
