"""scikit-learn's BernoulliRBM as a peer: python rbm_sklearn.py [MNIST_FOLDER]

Its own algorithm (a persistent chain of one Gibbs step, no momentum) on the same units, batch and data. `fit` knows
whole epochs only: n steps are an epoch of the first n batches.
"""

import sys

from rbm import BATCH, HIDDEN, LEARNING_RATE, load_binarized, serve, start


def load():
    from sklearn.neural_network import BernoulliRBM

    return BernoulliRBM, load_binarized(sys.argv[1:])


answer, (BernoulliRBM, x) = start(load)


def run(steps):
    model = BernoulliRBM(HIDDEN, learning_rate=LEARNING_RATE, batch_size=BATCH, n_iter=1, random_state=0)
    model.fit(x[: steps * BATCH])
    assert model.components_.dtype == x.dtype


run(5)
serve(answer, "scikit-learn", run)
