"""Runs models in ONNX Runtime: NAME.onnx on the float32 inputs of NAME.json. Prints the outputs as a JSON line each.

Usage: python onnx_peer.py FOLDER
"""

import json
import pathlib
import sys

import numpy
import onnxruntime

for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    given = json.loads(path.with_suffix(".json").read_text())
    inputs = {name: numpy.array(one["data"], numpy.float32).reshape(one["dims"]) for name, one in given.items()}
    names = [output.name for output in session.get_outputs()]
    outputs = dict(zip(names, (values.ravel().tolist() for values in session.run(None, inputs))))
    metadata = sorted(session.get_modelmeta().custom_metadata_map)
    print(json.dumps({"name": path.stem, "outputs": outputs, "metadata": metadata}))
