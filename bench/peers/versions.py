"""Prints the versions of what the Python peers use, as JSON; null for what is not installed."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version


def version_or_none(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


packages = {
    "keras": "keras",
    "jax": "jax",
    "tensorflow": "tensorflow-cpu",
    "torch": "torch",
    "scikit-learn": "scikit-learn",
    "numpy": "numpy",
}
found = {key: version_or_none(name) for key, name in packages.items()}
found["tensorflow"] = found["tensorflow"] or version_or_none("tensorflow")
print(json.dumps({"python": platform.python_version(), **found}))
