"""Serves an ONNX model with FastAPI and onnxruntime: rows as objects by name, answers with class and probabilities."""
import sys

import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI

COLUMNS = [f"x{at}" for at in range(20)]
CLASSES = ["less", "more"]

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
app = FastAPI()


@app.post("/predict")
def predict(rows: list[dict[str, float]]):
    values = np.array([[row[column] for column in COLUMNS] for row in rows], dtype=np.float32)
    (probabilities,) = session.run(None, {name: values})
    return {
        "answers": [
            {
                "predicted_kind": CLASSES[int(one.argmax())],
                **{f"kind={kind}": float(value) for kind, value in zip(CLASSES, one)},
            }
            for one in probabilities
        ]
    }


uvicorn.run(app, port=8123, log_level="info", access_log=False)
