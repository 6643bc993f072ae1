/** Each rule of a graph's specification, broken once. */
import { expect, test } from 'vitest'
import type { Graph, GraphNode } from '../../../../src/engine/compiled/graph/graph.js'
import { verify } from '../../../../src/engine/compiled/graph/verify.js'
import { buildGraph } from '../../../support/graph.js'

const sound = buildGraph(({ state, input, constant, node }) => {
  const w = state('w', [2, 3])
  const x = input('x', [4, 2])
  const product = node('BatchMatMul', [x, w])
  const shifted = node('Add', [product, constant(Float32Array.of(1, 2, 3), [3])])
  return { 'state w': node('Multiply', [w, constant(0.5)]), mean: node('Mean', [shifted]) }
})
const [product, shifted, scaled, mean] = sound.nodes as [GraphNode, GraphNode, GraphNode, GraphNode]

const withNode = (old: GraphNode, change: object): Graph => ({
  ...sound,
  nodes: sound.nodes.map((node) => (node === old ? { ...node, ...change } : node)),
})
const withInfo = (value: number, shape: readonly number[], dtype: 'float32' | 'int32' = 'float32'): Graph => ({
  ...sound,
  values: new Map([...sound.values, [value, { shape, dtype }]]),
})

test('a valid graph is returned', () => {
  expect(verify(sound, 'building')).toBe(sound)
})

const broken: Record<string, [Graph, string]> = {
  'a value without a shape': [
    { ...sound, values: new Map([...sound.values].filter(([value]) => value !== product.output)) },
    `BatchMatMul defines value ${product.output}, which has no shape`,
  ],
  'a value defined twice': [
    withNode(shifted, { output: product.output }),
    `value ${product.output} is defined twice, again by Add`,
  ],
  'an input defined twice': [
    { ...sound, inputs: [...sound.inputs, sound.inputs[0]!] },
    `value ${sound.inputs[0]!.value} is defined twice, again by input w`,
  ],
  'a constant of another size': [
    { ...sound, constants: sound.constants.map(({ value }) => ({ value, data: Float32Array.of(1, 2) })) },
    `constant ${sound.constants[0]!.value} holds 2 of 3 elements`,
  ],
  'an unknown kernel': [withNode(mean, { kernel: 'Median' }), 'unknown kernel Median'],
  'a kernel named like a method of every object': [withNode(mean, { kernel: 'toString' }), 'unknown kernel toString'],
  'too few inputs': [withNode(shifted, { inputs: [product.output] }), 'Add has 1 inputs, not 2'],
  'a value used before it is defined': [
    { ...sound, nodes: [shifted, product, scaled, mean] },
    `Add uses value ${product.output} before it is defined`,
  ],
  'a value that nobody defines': [withNode(mean, { inputs: [99] }), 'Mean uses value 99 before it is defined'],
  'attributes in another form': [
    withNode(mean, { attributes: { axes: [0, 1], keepDims: false, axis: 0 } }),
    'attributes of Mean are not in normal form: {"axes":[0,1],"keepDims":false,"axis":0}',
  ],
  'attributes that are missing': [withNode(mean, { attributes: {} }), 'attributes of Mean are not in normal form: {}'],
  'inputs that a kernel cannot take': [
    withInfo(sound.inputs[1]!.value, [4, 5]),
    'BatchMatMul cannot take float32 (4, 5) and float32 (2, 3)',
  ],
  'another shape than the kernel gives': [
    withInfo(product.output, [3, 4]),
    'BatchMatMul gives float32 (3, 4), not float32 (4, 3)',
  ],
  'another dtype than the kernel gives': [withInfo(mean.output, [], 'int32'), 'Mean gives int32 (), not float32 ()'],
  'an output that is never computed': [
    { ...sound, outputs: [...sound.outputs, { value: 99, to: 'output', name: 'ghost' }] },
    'output ghost is never computed',
  ],
  'new state of another shape': [
    { ...sound, outputs: [{ value: product.output, to: 'state', name: 'w' }] },
    'new state w has shape (4, 3)',
  ],
  'new state that is no state': [
    { ...sound, outputs: [{ value: scaled.output, to: 'state', name: 'x' }] },
    'new state x has shape (2, 3)',
  ],
}

test.each(Object.entries(broken))('%s is refused', (_, [graph, fault]) => {
  expect(() => verify(graph, 'breaking')).toThrow(`internal: graph after breaking: ${fault}`)
})
