"""The equivalent of `train specs/mnist-mlp.json --set fit.epochs=N` as a plain Keras script, for its whole wall time.

python keras_cold.py jax|tensorflow|torch EPOCHS [MNIST_FOLDER]

Prints one JSON line, the last epoch's metrics, or {"skipped": "reason"}.
"""

import sys

from answers import skip, take_stdout
from mlp import BATCH, compiled_mlp, load_mnist, mnist_folder, start_keras


def main():
    answer = take_stdout()
    try:
        backend, epochs = sys.argv[1], int(sys.argv[2])
        keras = start_keras(backend)
        x, y = load_mnist(mnist_folder(sys.argv[3:]))
    except IndexError:
        skip(answer, "usage: keras_cold.py BACKEND EPOCHS [MNIST_FOLDER]")
    except (ImportError, OSError, ValueError) as error:
        skip(answer, error)
    model = compiled_mlp(keras)
    history = model.fit(x, y, batch_size=BATCH, epochs=epochs, validation_split=0.1, verbose=0).history
    answer({"epochs": epochs, **{name: round(float(values[-1]), 4) for name, values in history.items()}})


if __name__ == "__main__":
    main()
