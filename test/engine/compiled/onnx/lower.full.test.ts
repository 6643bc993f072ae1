/** ONNX Runtime computes every kernel of a graph as tfjs does. */
import type { NamedAttrMap } from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { type Shape, sizeOf } from '../../../../src/base/shape.js'
import { type Graph, infoOf } from '../../../../src/engine/compiled/graph/graph.js'
import type { KernelName } from '../../../../src/engine/compiled/graph/kernels.js'
import type { DType } from '../../../../src/engine/compiled/graph/value.js'
import { verify } from '../../../../src/engine/compiled/graph/verify.js'
import { lowerToOnnx } from '../../../../src/engine/compiled/onnx/lower.js'
import { OnnxSession, type PlacedTensor } from '../../../../src/engine/compiled/onnx/session.js'
import { expectClose } from '../../../support/close.js'
import { buildGraph, interpret, type Numbers } from '../../../support/graph.js'
import { expectNoTensorLeaks } from '../../../support/tensors.js'

expectNoTensorLeaks()

interface Given {
  readonly shape: Shape
  readonly dtype?: DType
  readonly values: readonly number[]
}
interface Case {
  readonly inputs: readonly Given[]
  readonly attributes?: Readonly<Record<string, number | boolean | string | readonly number[]>>
}

const of = (shape: Shape, values: readonly number[], dtype: DType = 'float32'): Given => ({ shape, values, dtype })

/** Ordinary numbers, both signs, zeros, and large ones. */
const numbers = of([3, 4], [0, 1, -1, 0.5, -0.3, 2.7, -3.2, 6, 12, -12, 1e-3, -0])
const others = of([3, 4], [1, 1, 2, -0.5, -0.3, 0, 3.2, -6, 11, -12, 0, 0.25])
const positive = of([3, 4], [1, 2, 0.5, 1e-3, 1e3, 7, 0.1, 3, 9, 4, 1e-6, 12])
const row = of([4], [0.5, -2, 1, 12])
const scalar = of([], [1.5])
const wholes = of([5], [0, 3, -7, 2, 5], 'int32')
const others5 = of([5], [0, 2, -7, 9, 5], 'int32')
const truths = of([4], [1, 0, 1, 0], 'bool')
const lies = of([4], [1, 1, 0, 0], 'bool')

const unary: Case[] = [{ inputs: [numbers] }]
const ofPositive: Case[] = [{ inputs: [positive] }]
const binary: Case[] = [
  { inputs: [numbers, others] },
  { inputs: [numbers, row] },
  { inputs: [scalar, others] },
  { inputs: [of([3, 1], [1, -2, 0.5]), row] },
]
const comparison: Case[] = [...binary, { inputs: [wholes, others5] }]
const alongAxes: Case[] = [
  { inputs: [numbers], attributes: { axes: [0, 1], keepDims: false } },
  { inputs: [numbers], attributes: { axes: [1], keepDims: true } },
  { inputs: [numbers], attributes: { axes: [0], keepDims: false } },
]

const questions: Case[] = [{ inputs: [of([4], [1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])] }]
const ofFractions: Case[] = [{ inputs: [of([5], [-0.9, -1e-3, 0, 0.25, 0.7])] }]

const softmaxes: Case[] = [{ inputs: [numbers] }, { inputs: [of([1, 2, 2], [1, 2, 300, -300])] }]

const ramp = (count: number) => Array.from({ length: count }, (_, index) => ((7 * index) % 11) / 4 - 1)
const image = of([2, 4, 5, 2], ramp(80))
/** Over the image, of 2 by 3; `convolved`: what a convolution with 3 filters gives. */
const windows = [
  { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], convolved: [2, 3, 3, 3] as const },
  { strides: [2, 2], dilations: [1, 1], pads: [0, 1, 1, 1], convolved: [2, 2, 3, 3] as const },
]

/** A total table: a kernel without a case is a compile error. */
const CASES: { readonly [Kernel in KernelName]: readonly Case[] } = {
  Add: binary,
  Sub: binary,
  Multiply: binary,
  RealDiv: [{ inputs: [numbers, positive] }, { inputs: [scalar, positive] }],
  Maximum: binary,
  Minimum: binary,
  Pow: [{ inputs: [positive, others] }, { inputs: [scalar, others] }, { inputs: [numbers, of([], [2])] }],
  Mod: [{ inputs: [numbers, positive] }, { inputs: [scalar, row] }, { inputs: [wholes, of([], [3], 'int32')] }],
  Atan2: binary,

  Equal: comparison,
  NotEqual: comparison,
  Greater: comparison,
  GreaterEqual: comparison,
  Less: comparison,
  LessEqual: comparison,
  LogicalAnd: [{ inputs: [truths, lies] }],
  LogicalNot: [{ inputs: [truths] }],
  LogicalOr: [{ inputs: [truths, lies] }],
  IsFinite: questions,
  IsInf: questions,
  IsNan: questions,

  Abs: unary,
  Ceil: unary,
  Erf: unary,
  Exp: unary,
  Expm1: unary,
  Floor: unary,
  Log: ofPositive,
  Log1p: ofPositive,
  Neg: unary,
  Reciprocal: ofPositive,
  Round: [{ inputs: [numbers] }, { inputs: [of([4], [-1.5, -0.5, 0.5, 2.5])] }],
  Rsqrt: ofPositive,
  Sign: unary,
  Sqrt: ofPositive,
  Square: unary,

  Sin: unary,
  Cos: unary,
  Tan: ofFractions,
  Asin: ofFractions,
  Acos: ofFractions,
  Atan: unary,
  Sinh: ofFractions,
  Cosh: ofFractions,
  Asinh: unary,
  Acosh: [{ inputs: [of([4], [1, 1.5, 3, 12])] }],
  Atanh: ofFractions,

  Elu: unary,
  EluGrad: [{ inputs: [others, of([3, 4], [0, 1, -0.1, 0.5, -0.3, 2, -0.99, 6, 1, -0.9, 1e-3, -1e-4])] }],
  LeakyRelu: [{ inputs: [numbers], attributes: { alpha: 0.2 } }],
  Relu: unary,
  Selu: unary,
  Sigmoid: unary,
  Softplus: unary,
  Step: [
    { inputs: [numbers], attributes: { alpha: 0 } },
    { inputs: [numbers], attributes: { alpha: 0.2 } },
  ],
  Tanh: unary,
  Softmax: softmaxes,
  LogSoftmax: softmaxes,
  ClipByValue: [{ inputs: [numbers], attributes: { clipValueMin: -0.5, clipValueMax: 2 } }],

  Max: alongAxes,
  Min: alongAxes,
  Prod: alongAxes,
  All: [{ inputs: [of([2, 2], [1, 1, 1, 0], 'bool')], attributes: { axes: [1], keepDims: false } }],
  Any: [{ inputs: [of([2, 2], [0, 0, 1, 0], 'bool')], attributes: { axes: [1], keepDims: true } }],
  Mean: alongAxes,
  Sum: alongAxes,
  ArgMax: [
    { inputs: [numbers], attributes: { axis: 0 } },
    { inputs: [of([2, 3], [1, 1, 0, 0, 2, 2])], attributes: { axis: 1 } },
  ],
  ArgMin: [{ inputs: [of([2, 3], [1, 0, 0, 0, 2, 2])], attributes: { axis: 1 } }],
  Cumsum: [
    { inputs: [numbers], attributes: { axis: 0, exclusive: true, reverse: false } },
    { inputs: [numbers], attributes: { axis: 1, exclusive: false, reverse: true } },
  ],
  TopKValues: [{ inputs: [of([2, 3], [1, 1, 0, 0, 2, 2])], attributes: { k: 2 } }],
  TopKIndices: [{ inputs: [of([2, 3], [1, 1, 0, 0, 2, 2])], attributes: { k: 2 } }],
  UnsortedSegmentSum: [{ inputs: [numbers, of([3], [2, 0, 2], 'int32')], attributes: { numSegments: 4 } }],

  BatchMatMul: [false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB) => [
      {
        inputs: [
          of(transposeA ? [2, 3] : [3, 2], [1, 2, 3, -1, 0.5, -0.25]),
          of(transposeB ? [4, 2] : [2, 4], [1, -2, 3, 0, 0.5, 7, -1, 2]),
        ],
        attributes: { transposeA, transposeB },
      },
      {
        inputs: [of(transposeA ? [3, 2, 3] : [3, 3, 2], ramp(18)), of(transposeB ? [1, 4, 2] : [1, 2, 4], ramp(8))],
        attributes: { transposeA, transposeB },
      },
    ]),
  ),

  GatherV2: [
    { inputs: [numbers, of([2, 2], [2, 0, 2, 1], 'int32')], attributes: { axis: 0 } },
    { inputs: [wholes, of([3], [4, 0, 1], 'int32')], attributes: { axis: 0 } },
  ],
  Concat: [
    { inputs: [numbers, others, numbers], attributes: { axis: 1 } },
    { inputs: [wholes], attributes: { axis: 0 } },
  ],
  PadV2: [
    { inputs: [numbers], attributes: { paddings: [1, 0, 2, 3], constantValue: 0.5 } },
    { inputs: [wholes], attributes: { paddings: [1, 2], constantValue: -3 } },
  ],
  Reverse: [
    { inputs: [numbers], attributes: { axes: [0, 1] } },
    { inputs: [wholes], attributes: { axes: [0] } },
  ],
  Slice: [{ inputs: [numbers], attributes: { begin: [1, 2], size: [2, 1] } }],
  StridedSlice: [
    { inputs: [numbers], attributes: { begin: [0, 1], size: [2, 2], strides: [2, 2] } },
    { inputs: [numbers], attributes: { begin: [2, 3], size: [3, 2], strides: [-1, -2] } },
  ],

  Conv2D: windows.map((window) => ({ inputs: [image, of([2, 3, 2, 3], ramp(36))], attributes: window })),
  Conv2DBackpropInput: windows.map((window) => ({
    inputs: [of(window.convolved, ramp(sizeOf(window.convolved))), of([2, 3, 2, 3], ramp(36))],
    attributes: { ...window, inputShape: [2, 4, 5, 2] },
  })),
  Conv2DBackpropFilter: windows.map((window) => ({
    inputs: [image, of(window.convolved, ramp(sizeOf(window.convolved)))],
    attributes: { ...window, filterShape: [2, 3, 2, 3] },
  })),
  DepthwiseConv2dNative: windows.map((window) => ({
    inputs: [image, of([2, 3, 2, 2], ramp(24))],
    attributes: window,
  })),
  DepthwiseConv2dNativeBackpropInput: windows.map(({ convolved: [n, h, w], ...window }) => ({
    inputs: [of([n, h, w, 4], ramp(n * h * w * 4)), of([2, 3, 2, 2], ramp(24))],
    attributes: { ...window, inputShape: [2, 4, 5, 2] },
  })),
  DepthwiseConv2dNativeBackpropFilter: windows.map(({ convolved: [n, h, w], ...window }) => ({
    inputs: [image, of([n, h, w, 4], ramp(n * h * w * 4))],
    attributes: { ...window, filterShape: [2, 3, 2, 2] },
  })),
  MaxPool: windows.map((window) => ({ inputs: [image], attributes: { ...window, size: [2, 3] } })),
  MaxPoolGrad: windows.map(({ convolved: [n, h, w], ...window }) => ({
    inputs: [of([n, h, w, 2], ramp(n * h * w * 2)), image, of([n, h, w, 2], ramp(n * h * w * 2))],
    attributes: { ...window, size: [2, 3] },
  })),
  AvgPool: windows.map((window) => ({ inputs: [image], attributes: { ...window, size: [2, 3] } })),
  AvgPoolGrad: [
    {
      inputs: [of([2, 2, 3, 2], ramp(24))],
      attributes: { ...windows[0]!, strides: [2, 1], size: [2, 3], inputShape: [2, 4, 5, 2] },
    },
  ],

  Cast: [
    { inputs: [of([4], [1.7, -1.7, 0, 1e6])], attributes: { dtype: 'int32' } },
    { inputs: [of([3], [0, -0.5, 2])], attributes: { dtype: 'bool' } },
    { inputs: [wholes], attributes: { dtype: 'float32' } },
    { inputs: [truths], attributes: { dtype: 'float32' } },
    { inputs: [truths], attributes: { dtype: 'int32' } },
  ],
  OneHot: [
    { inputs: [of([5], [0, 3, 2, 5, -1], 'int32')], attributes: { depth: 4, onValue: 1, offValue: 0 } },
    { inputs: [of([2, 2], [0, 3, 2, 1], 'int32')], attributes: { depth: 5, onValue: 0.9, offValue: -0.1 } },
  ],
  Reshape: [
    { inputs: [numbers], attributes: { shape: [2, -1] } },
    { inputs: [of([1, 1], [5])], attributes: { shape: [] } },
  ],
  Select: [
    { inputs: [of([3, 4], [1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0], 'bool'), numbers, others] },
    { inputs: [truths, of([4], [1, 2, 3, 4], 'int32'), of([4], [5, 6, 7, 8], 'int32')] },
  ],
  Tile: [{ inputs: [of([2, 1], [1, 2])], attributes: { reps: [2, 3] } }],
  Transpose: [{ inputs: [of([1, 2, 3], [1, 2, 3, 4, 5, 6])], attributes: { perm: [2, 0, 1] } }],
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }

/** All outputs of a graph by ONNX Runtime. */
async function runOnnx(graph: Graph, given: Readonly<Record<string, Numbers>>) {
  const { sections, inputs: taken, nameOf, outputNameOf } = lowerToOnnx(verify(graph, 'building'))
  const tensor = (value: number, numbers?: Numbers): PlacedTensor => {
    const { shape, dtype } = infoOf(graph, value)
    return { shape, dtype, values: ARRAYS[dtype].from(numbers ?? { length: sizeOf(shape) }) }
  }
  const feeds = graph.inputs.filter(({ value }) => taken.has(nameOf(value)))
  const results = Object.fromEntries(graph.outputs.map(({ value }) => [outputNameOf(value), tensor(value)]))
  const session = await OnnxSession.create(sections[0]!.model, { threads: 1 })
  session
    .prepare(Object.fromEntries(feeds.map(({ name, value }) => [nameOf(value), tensor(value, given[name]!)])), results)
    .run()
  session.release()
  return Object.fromEntries(
    graph.outputs.map(({ value, to, name }) => [
      to === 'state' ? `state ${name}` : name,
      Float32Array.from(results[outputNameOf(value)]!.values),
    ]),
  )
}

async function expectSameResults(graph: Graph, given: Readonly<Record<string, Numbers>>) {
  const found = await runOnnx(graph, given)
  const expected = await interpret(graph, given)
  expect(Object.keys(found)).toEqual(Object.keys(expected))
  for (const [name, values] of Object.entries(expected)) {
    expectClose(found[name]!, values, name, { relative: 2e-6, absolute: 1e-6 })
  }
}

describe.each(Object.entries(CASES))('kernel %s', (kernel, cases) => {
  test.each(cases)('gives what it gives in tfjs (case %#)', async (one) => {
    const graph = buildGraph(({ input, node }) => {
      const operands = one.inputs.map(({ shape, dtype }, index) => input(`x${index}`, shape, dtype))
      return { y: node(kernel as KernelName, operands, one.attributes as NamedAttrMap) }
    })
    const given = Object.fromEntries(one.inputs.map(({ values }, index) => [`x${index}`, values]))
    await expectSameResults(graph, given)
  })
})

describe('pieces of an array', () => {
  type Piece = readonly [begin: Shape, size: Shape]
  const cases: [string, boolean, readonly Piece[]][] = [
    [
      'that follow one another are cut at once',
      true,
      [
        [
          [0, 0],
          [3, 1],
        ],
        [
          [0, 1],
          [3, 2],
        ],
        [
          [0, 3],
          [3, 1],
        ],
      ],
    ],
    [
      'are rows',
      true,
      [
        [
          [0, 0],
          [1, 4],
        ],
        [
          [1, 0],
          [2, 4],
        ],
      ],
    ],
    [
      'that overlap are cut one by one',
      false,
      [
        [
          [0, 0],
          [3, 2],
        ],
        [
          [0, 1],
          [3, 3],
        ],
      ],
    ],
    [
      'that leave something out are cut one by one',
      false,
      [
        [
          [0, 0],
          [3, 2],
        ],
        [
          [0, 2],
          [3, 1],
        ],
      ],
    ],
    [
      'that follow in two directions are cut one by one',
      false,
      [
        [
          [0, 0],
          [3, 2],
        ],
        [
          [0, 2],
          [2, 2],
        ],
      ],
    ],
  ]
  test.each(cases)('%s', async (_, whole, pieces) => {
    const graph = buildGraph(({ input, node }) => {
      const x = input('x', numbers.shape)
      return Object.fromEntries(
        pieces.map(([begin, size], index) => [`y${index}`, node('Slice', [x], { begin: [...begin], size: [...size] })]),
      )
    })
    const text = Buffer.from(lowerToOnnx(graph).sections[0]!.model).toString('latin1')
    expect(text.includes('Split')).toBe(whole)
    expect(text.includes('Slice')).toBe(!whole)
    await expectSameResults(graph, { x: numbers.values })
  })
})

describe('a product with a bias or a summand', () => {
  const x = Array.from({ length: 6 }, (_, index) => index - 2)
  const w = Array.from({ length: 8 }, (_, index) => 0.5 * index - 1)
  const count = (model: Uint8Array, operator: string) =>
    Buffer.from(model).toString('latin1').split(operator).length - 1

  const cases: Record<string, [fused: boolean, Graph]> = {
    'becomes one operator': [
      true,
      buildGraph(({ input, constant, node }) => {
        const bias = constant(Float32Array.of(1, -1, 2, 0.5), [4])
        return { y: node('Add', [node('BatchMatMul', [input('x', [3, 2]), input('w', [2, 4])]), bias]) }
      }),
    ],
    'as a row becomes one operator': [
      true,
      buildGraph(({ input, constant, node }) => {
        const bias = constant(Float32Array.of(1, -1, 2, 0.5), [1, 4])
        return { y: node('Add', [node('BatchMatMul', [input('x', [3, 2]), input('w', [2, 4])]), bias]) }
      }),
    ],
    'of its whole shape becomes one operator': [
      true,
      buildGraph(({ input, constant, node }) => {
        const summand = constant(
          Float32Array.from({ length: 12 }, (_, index) => 1 - index),
          [3, 4],
        )
        return { y: node('Add', [node('BatchMatMul', [input('x', [3, 2]), input('w', [2, 4])]), summand]) }
      }),
    ],
    'stays two where the product is used again': [
      false,
      buildGraph(({ input, constant, node }) => {
        const product = node('BatchMatMul', [input('x', [3, 2]), input('w', [2, 4])])
        return { y: node('Add', [product, constant(Float32Array.of(1, -1, 2, 0.5), [4])]), z: node('Neg', [product]) }
      }),
    ],
    'stays two where the product is a result': [
      false,
      buildGraph(({ input, constant, node }) => {
        const product = node('BatchMatMul', [input('x', [3, 2]), input('w', [2, 4])])
        return { y: node('Add', [product, constant(Float32Array.of(1, -1, 2, 0.5), [4])]), product }
      }),
    ],
    'stays two where the bias is a column': [
      false,
      buildGraph(({ input, constant, node }) => {
        const x = input('x', [3, 2])
        const square = node('BatchMatMul', [x, x], { transposeB: true })
        return { y: node('Add', [square, constant(Float32Array.of(1, -1, 2), [3, 1])]) }
      }),
    ],
    'stays two where the sum is wider': [
      false,
      buildGraph(({ input, constant, node }) => {
        const product = node('BatchMatMul', [input('x', [3, 2]), input('w', [2, 4])])
        return { y: node('Add', [product, constant(2, [2, 3, 4])]) }
      }),
    ],
  }
  test.each(Object.entries(cases))('%s', async (_, [fused, graph]) => {
    const { model } = lowerToOnnx(graph).sections[0]!
    expect({ gemm: count(model, 'Gemm'), add: count(model, 'Add') }).toEqual({ gemm: 1, add: fused ? 0 : 1 })
    await expectSameResults(graph, { x, w })
  })
})

describe.each(['Conv2D', 'DepthwiseConv2dNative'] as const)('the bias of a %s', (kernel) => {
  const filters = kernel === 'Conv2D' ? 3 : 6
  const given = { x: image.values, filter: ramp(36), bias: ramp(6) }
  const operators = (model: Uint8Array) => Buffer.from(model).toString('latin1')
  const graphOf = (shape: Shape, more = false) =>
    buildGraph(({ input, node }) => {
      const product = node(kernel, [input('x', image.shape), input('filter', [2, 3, 2, 3])], windows[1])
      const y = node('Relu', [node('Add', [product, input('bias', shape)])])
      return more ? { y, product } : { y }
    })

  test.each([[[filters]], [[1, 1, 1, filters]]])('of shape %j is in it', async (shape) => {
    const graph = graphOf(shape)
    expect(operators(lowerToOnnx(graph).sections[0]!.model)).not.toContain('Add')
    await expectSameResults(graph, { ...given, bias: ramp(filters) })
  })

  test.each([
    ['by column', graphOf([3, 1]), 3],
    ['where the product is a result', graphOf([filters], true), filters],
  ] as const)('is not %s', async (_, graph, length) => {
    expect(operators(lowerToOnnx(graph).sections[0]!.model)).toContain('Add')
    await expectSameResults(graph, { ...given, bias: ramp(length) })
  })
})

test('constants of every kind arrive', async () => {
  const graph = buildGraph(({ input, constant, node }) => {
    const x = input('x', [2, 2])
    const chosen = node('Select', [constant(Uint8Array.of(1, 0, 0, 1), [2, 2], 'bool'), x, constant(9, [2, 2])])
    const whole = node('Cast', [constant(Int32Array.of(5, -6), [2], 'int32')], { dtype: 'float32' })
    return { y: node('Add', [chosen, whole]), z: constant(Float32Array.of(1, 2), [2]) }
  })
  await expectSameResults(graph, { x: [1, 2, 3, 4] })
})
