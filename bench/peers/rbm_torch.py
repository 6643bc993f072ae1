"""PyTorch as a peer: python rbm_torch.py [MNIST_FOLDER [products]]. `products`: the products of a step, nothing else."""

import sys

from rbm import BATCH, LEARNING_RATE, MOMENTUM, THREADS, batches, first_weights, load_binarized, serve, start


def load():
    import torch

    return torch, load_binarized(sys.argv[1:2])


answer, (torch, data) = start(load)
torch.set_num_threads(THREADS)
torch.manual_seed(0)
torch.set_grad_enabled(False)
kernel, visible_bias, hidden_bias = weights = [torch.from_numpy(weight) for weight in first_weights(data)]
velocities = [torch.zeros_like(weight) for weight in weights]
x = torch.from_numpy(data)
places = batches(torch.randperm, len(x))


def sample(mean):
    # twice as fast as torch.bernoulli
    return (torch.rand_like(mean) < mean).float()


def step(v0):
    h0 = torch.addmm(hidden_bias, v0, kernel).sigmoid_()
    v1_mean = torch.addmm(visible_bias, sample(h0), kernel.T).sigmoid_()
    v1 = sample(v1_mean)
    h1 = torch.addmm(hidden_bias, v1, kernel).sigmoid_()
    rise = torch.addmm(v0.T @ h0, v1.T, h1, alpha=-1), (v0 - v1).sum(0), (h0 - h1).sum(0)
    for weight, velocity, gradient in zip(weights, velocities, rise):
        velocity.mul_(MOMENTUM).add_(gradient, alpha=LEARNING_RATE / BATCH)
        weight.add_(velocity)
    return v0, v1_mean


def run(steps):
    for _ in range(steps):
        v0, v1_mean = step(x[next(places)])
    return (v0 - v1_mean).square().mean()


def run_products(steps):
    visible = x[: 2 * BATCH]
    hidden = visible @ kernel
    for _ in range(steps):
        torch.addmm(hidden_bias, visible[:BATCH], kernel)
        torch.addmm(visible_bias, hidden[:BATCH], kernel.T)
        torch.addmm(hidden_bias, visible[:BATCH], kernel)
        visible.T @ hidden


if "products" in sys.argv[2:]:
    run = run_products


run(25)
serve(answer, "torch", run)
