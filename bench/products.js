/** The matrix products of a graph alone, and a graph that does nothing: what of a step's time is arithmetic. */
import * as ort from 'onnxruntime-node'
import { SESSION_OPTIONS } from '../dist/engine/compiled/onnx/engine.js'
import { lowerToOnnx } from '../dist/engine/compiled/onnx/lower.js'

/** Two functions, each one run of a session with the engine's options. */
export async function productsAlone(graph) {
  const nodes = graph.nodes.filter(({ kernel }) => kernel === 'BatchMatMul')
  const computed = new Set(nodes.map(({ output }) => output))
  const given = new Set(nodes.flatMap(({ inputs }) => inputs).filter((value) => !computed.has(value)))
  const alone = { ...graph, nodes, constants: [], inputs: [...given].map((value) => ({ value })) }
  const nothing = { ...alone, nodes: [], inputs: alone.inputs.slice(0, 1) }
  return {
    products: await runOf({ ...alone, outputs: nodes.map(({ output }) => ({ value: output })) }),
    nothing: await runOf({ ...nothing, outputs: nothing.inputs }),
  }
}

async function runOf(graph) {
  const { model, nameOf, outputNameOf } = lowerToOnnx(graph)
  const session = await ort.InferenceSession.create(model, SESSION_OPTIONS)
  const tensor = (value) => {
    const { shape } = graph.values.get(value)
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.random() - 0.5)
    return new ort.Tensor('float32', data, [...shape])
  }
  const feeds = Object.fromEntries(graph.inputs.map(({ value }) => [nameOf(value), tensor(value)]))
  const fetches = Object.fromEntries(graph.outputs.map(({ value }) => [outputNameOf(value), tensor(value)]))
  return () => session.run(feeds, fetches)
}
