"""JAX as a peer: python rbm_jax.py [MNIST_FOLDER]

A step is one compiled function that updates the weights in their place, its random numbers from the fastest generator
that JAX has here.
"""

import os
import sys
from functools import partial

from rbm import BATCH, LEARNING_RATE, MOMENTUM, batches, first_weights, load_binarized, serve, start

os.environ["JAX_PLATFORMS"] = "cpu"


def load():
    import jax
    import numpy

    return jax, numpy, load_binarized(sys.argv[1:])


answer, (jax, np, data) = start(load)
jnp = jax.numpy
weights = tuple(jnp.asarray(weight) for weight in first_weights(data))
velocities = tuple(jnp.zeros_like(weight) for weight in weights)
x = jnp.asarray(data)
key = jax.random.key(0, impl="unsafe_rbg")
places = batches(np.random.default_rng(2).permutation, len(data))


def sample(key, mean):
    return (jax.random.uniform(key, mean.shape) < mean).astype(mean.dtype)


@partial(jax.jit, donate_argnums=(0, 1, 2))
def step(weights, velocities, key, x, places):
    kernel, visible_bias, hidden_bias = weights
    key, hidden_key, visible_key = jax.random.split(key, 3)
    v0 = x[places]
    h0 = jax.nn.sigmoid(v0 @ kernel + hidden_bias)
    v1_mean = jax.nn.sigmoid(sample(hidden_key, h0) @ kernel.T + visible_bias)
    v1 = sample(visible_key, v1_mean)
    h1 = jax.nn.sigmoid(v1 @ kernel + hidden_bias)
    both = jnp.concatenate([v0, v1]), jnp.concatenate([h0, -h1])
    rise = both[0].T @ both[1], (v0 - v1).sum(0), (h0 - h1).sum(0)
    velocities = tuple(MOMENTUM * v + (LEARNING_RATE / BATCH) * g for v, g in zip(velocities, rise))
    weights = tuple(weight + velocity for weight, velocity in zip(weights, velocities))
    return weights, velocities, key, jnp.square(v0 - v1_mean).mean()


def run(steps):
    global weights, velocities, key
    for _ in range(steps):
        weights, velocities, key, error = step(weights, velocities, key, x, next(places))
    return error.block_until_ready()


run(25)
serve(answer, "jax", run)
