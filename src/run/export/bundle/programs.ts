/** Programs of a bundle, which run its model on the rows of `example.json` and print what it answers. */

const NODE = `// node predict.js: needs \`npm install --ignore-scripts\` once
import { readFileSync } from "node:fs"
import { InferenceSession, Tensor } from "onnxruntime-node"

const fileHere = (name) => readFileSync(new URL(name, import.meta.url))
const { inputs, class_names } = JSON.parse(fileHere("example.json"))
const session = await InferenceSession.create(fileHere("model.onnx"))

const tensors = Object.entries(inputs).map(([name, { type, dims, data }]) => [name, new Tensor(type, data, dims)])
const outputs = await session.run(Object.fromEntries(tensors))

for (const [name, { dims, data }] of Object.entries(outputs)) {
  const width = data.length / dims[0]
  for (let row = 0; row < dims[0]; row++) {
    const values = Array.from(data.slice(row * width, (row + 1) * width))
    const best = class_names[name]?.[values.indexOf(Math.max(...values))]
    console.log(name, row, values.length > 1 && best ? \`\${best} \${Math.max(...values)}\` : values.join(" "))
  }
}
`

const BROWSER = `<!doctype html>
<!-- needs \`npm install --ignore-scripts\` once, and a server, such as \`python3 -m http.server\` -->
<meta charset="utf-8" />
<title>trainspec</title>
<pre id="answers">...</pre>
<script type="module">
  import { InferenceSession, Tensor } from "./node_modules/onnxruntime-web/dist/ort.wasm.min.mjs"

  const { inputs, class_names } = await (await fetch("example.json")).json()
  const session = await InferenceSession.create("model.onnx")
  const tensors = Object.entries(inputs).map(([name, { type, dims, data }]) => [name, new Tensor(type, data, dims)])
  const outputs = await session.run(Object.fromEntries(tensors))
  const lines = Object.entries(outputs).flatMap(([name, { dims, data }]) =>
    Array.from({ length: dims[0] }, (_, row) => {
      const width = data.length / dims[0]
      const values = Array.from(data.slice(row * width, (row + 1) * width))
      const best = class_names[name]?.[values.indexOf(Math.max(...values))]
      return [name, row, values.length > 1 && best ? \`\${best} \${Math.max(...values)}\` : values.join(" ")].join(" ")
    }),
  )
  document.getElementById("answers").textContent = lines.join("\\n")
</script>
`

const PYTHON = `# python3 predict.py: needs \`pip install onnxruntime numpy\` once
import json
import pathlib

import numpy
import onnxruntime

TYPES = {"string": str, "float64": numpy.float64, "float32": numpy.float32, "uint8": numpy.uint8, "int32": numpy.int32}

here = pathlib.Path(__file__).parent
example = json.loads((here / "example.json").read_text(encoding="utf-8"))
session = onnxruntime.InferenceSession(here / "model.onnx", providers=["CPUExecutionProvider"])
inputs = {
    name: numpy.array(given["data"], TYPES[given["type"]]).reshape(given["dims"])
    for name, given in example["inputs"].items()
}
for output, rows in zip(session.get_outputs(), session.run(None, inputs)):
    names = example["class_names"].get(output.name)
    for number, row in enumerate(rows.reshape(len(rows), -1)):
        best = f"{names[row.argmax()]} {row.max()}" if names and row.size > 1 else " ".join(map(str, row))
        print(output.name, number, best)
`

export const PROGRAMS = { 'predict.js': NODE, 'index.html': BROWSER, 'predict.py': PYTHON } as const
