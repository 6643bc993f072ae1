/** A step stays on the GPU: each of its operators has a kernel for GPUs that reads the GPU's memory. */
import { BinaryReader } from '@bufbuild/protobuf/wire'
import { describe, expect, test } from 'vitest'
import { simplifiedGraph } from '../../../../src/engine/compiled/passes/simplified.js'
import { splitUpdate } from '../../../../src/engine/compiled/passes/split-update.js'
import { dividedStep } from '../../../../src/engine/compiled/tensorflow/devices.js'
import { DATA_TYPE, type DataType } from '../../../../src/engine/compiled/tensorflow/graph-def.js'
import { lowerToTensorflow } from '../../../../src/engine/compiled/tensorflow/lower.js'
import type { Program } from '../../../../src/program/program.js'
import { arraysOf } from '../../../support/data.js'
import { BATCH_SIZE, smallNetwork } from '../../../support/network.js'
import { allMetrics } from '../../../support/spec.js'

const FLOAT = ['float32'] as const

/**
 * Operators by the type of what they compute with, after the registrations for DEVICE_GPU in tensorflow/core/kernels.
 * Left out are types whose kernel has `HostMemory` for them: int32, mostly.
 */
const ON_CARDS: Readonly<Record<string, readonly DataType[]>> = {
  Abs: FLOAT,
  AddN: FLOAT,
  AddV2: FLOAT,
  ArgMax: FLOAT,
  AssignVariableOp: FLOAT,
  Bitcast: ['uint32'],
  Cast: ['bool', 'int32', 'uint8', 'uint16'],
  // shapes, axes and depths, which kernels take from the processor's memory; the key of random numbers
  Const: ['float32', 'bool', 'int32', 'uint64'],
  Equal: ['float32', 'int64'],
  Erf: FLOAT,
  Exp: FLOAT,
  Fill: FLOAT,
  FusedBatchNormGradV3: FLOAT,
  FusedBatchNormV3: FLOAT,
  GatherV2: FLOAT,
  Greater: FLOAT,
  GreaterEqual: FLOAT,
  Identity: ['float32', 'bool'],
  IsFinite: FLOAT,
  Less: FLOAT,
  LessEqual: FLOAT,
  Log: FLOAT,
  LogSoftmax: FLOAT,
  MatMul: FLOAT,
  Max: FLOAT,
  Maximum: FLOAT,
  Mean: FLOAT,
  Minimum: FLOAT,
  Mul: FLOAT,
  Neg: FLOAT,
  NotEqual: FLOAT,
  OneHot: ['int32'],
  // fed from the processor's memory
  Placeholder: ['float32', 'int32', 'uint8', 'uint64'],
  ReadVariableOp: FLOAT,
  Pow: FLOAT,
  RealDiv: FLOAT,
  Reciprocal: FLOAT,
  ReluGrad: FLOAT,
  Reshape: FLOAT,
  ResourceApplyGradientDescent: FLOAT,
  ResourceApplyKerasMomentum: FLOAT,
  ResourceApplyRMSProp: FLOAT,
  Rsqrt: FLOAT,
  SelectV2: FLOAT,
  Selu: FLOAT,
  Sigmoid: FLOAT,
  SigmoidGrad: FLOAT,
  Sign: FLOAT,
  Slice: FLOAT,
  Softplus: FLOAT,
  Sqrt: FLOAT,
  Square: FLOAT,
  StatelessRandomUniformFullIntV2: ['uint32'],
  Sub: FLOAT,
  Sum: FLOAT,
  // its one input of choice comes to the processor: that is how it decides
  Switch: ['bool'],
  Tanh: FLOAT,
  TanhGrad: FLOAT,
  Tile: FLOAT,
  Transpose: FLOAT,
  VarHandleOp: FLOAT,
}

/** Operators that are of one type only. */
const UNTYPED = ['All', 'LogicalAnd', 'LogicalNot', 'NoOp']

const LAYERS = [
  { type: 'Dense', units: 6, activation: 'gelu' },
  { type: 'Dropout', rate: 0.5 },
  { type: 'Dense', units: 6, activation: 'selu' },
  { type: 'Activation', activation: 'hard_sigmoid' },
  { type: 'Dense', units: 6, activation: 'tanh' },
  { type: 'Activation', activation: 'sigmoid' },
  { type: 'Dense', units: 3, activation: 'softmax' },
]
const OPTIMIZERS = [
  'SGD',
  'RMSprop',
  { type: 'SGD', momentum: 0.9, nesterov: true },
  { type: 'RMSprop', momentum: 0.5, centered: true },
  { type: 'AdamW', amsgrad: true },
  'Adadelta',
  'Adagrad',
  'Adamax',
  'Nadam',
  { type: 'Ftrl', learning_rate_power: -0.7, l1_regularization_strength: 0.1, beta: 0.1 },
  'Lion',
  'Lamb',
  'Adafactor',
  'Muon',
  { type: 'Adam', clipnorm: 1, use_ema: true, gradient_accumulation_steps: 2, weight_decay: 0.1 },
  { type: 'SGD', global_clipnorm: 1 },
  { type: 'SGD', clipvalue: 1 },
]

describe('every operator of a step has a kernel for GPUs', () => {
  test.each(OPTIMIZERS)('%j', async (optimizer) => {
    const { programs } = smallNetwork({
      layers: LAYERS,
      loss: 'sparse_categorical_crossentropy',
      metrics: allMetrics,
      optimizer,
    })
    for (const program of Object.values<Program>({ ...programs })) {
      const lowered = await loweredOf(program)
      const elsewhere = nodesOf(lowered.graph).filter(
        ({ op, type }) => !(type ? ON_CARDS[op]?.includes(type) : UNTYPED.includes(op)),
      )
      expect(new Set(elsewhere.map(({ op, type }) => `${op} of ${type}`))).toEqual(new Set())
    }
  })
})

test('two GPUs compute a part of the batch each, and the first one the new state', async () => {
  const { programs } = smallNetwork({ layers: LAYERS, loss: 'sparse_categorical_crossentropy', optimizer: 'RMSprop' })
  const { graph, split, others } = (await dividedStep(programs.train, BATCH_SIZE - 1, 2))!
  const places: readonly string[] = programs.train.state.map(({ name }) => name)
  const lowered = lowerToTensorflow(graph, split, {
    ...{ prefix: 'step/', seed: 1, batch: { size: BATCH_SIZE - 1, arrays: arraysOf(new Uint8Array()) } },
    indexOf: (slot) => places.indexOf(slot),
    others: others.map((part) => ({ ...part, device: '/device:GPU:1' })),
  })
  const nodes = nodesOf(lowered.graph)
  const on = (wanted: string) => nodes.filter(({ device }) => device === wanted).map(({ op }) => op)
  const count = (ops: readonly string[], wanted: string) => ops.filter((op) => op === wanted).length
  const [first, second, host] = [on(''), on('/device:GPU:1'), on('/device:CPU:0')]
  expect(count(second, 'MatMul')).toBe(count(first, 'MatMul'))
  expect(count(first, 'MatMul')).toBeGreaterThan(0)
  // weights are read once; gradients, and the loss, are added on the first GPU
  const weights = programs.train.state.filter(({ role }) => role === 'weight')
  expect([count(first, 'AddN'), count(second, 'AddN')]).toEqual([weights.length + 1, 0])
  expect([count(first, 'ResourceApplyRMSProp'), count(second, 'ReadVariableOp')]).toEqual([weights.length, 0])
  // the batch is cut on the processor, where it is fed
  expect(new Set(host)).toEqual(new Set(['Const', 'Slice', 'AddV2']))
  expect(lowered.feeds.map(({ shape }) => shape[0])).toContain(BATCH_SIZE - 1)
  for (const { op, type, device } of nodes) {
    if (device !== '/device:CPU:0') expect(type ? ON_CARDS[op]?.includes(type) : UNTYPED.includes(op), op).toBe(true)
  }
})

test.each(['LSTM', 'GRU'])('each gate of %s has its gradient by one operator', async (type) => {
  const steps = 5
  const layers = [
    { type, units: 2 },
    { type: 'Dense', units: 3 },
  ]
  const { programs } = smallNetwork({ layers, loss: 'mse', optimizer: 'SGD' }, [steps, 1])
  const { graph } = await loweredOf(programs.train)
  const count = (name: string) => nodesOf(graph).filter(({ op }) => op === name).length
  expect({ Sigmoid: count('SigmoidGrad'), Tanh: count('TanhGrad') }).toEqual(
    type === 'LSTM' ? { Sigmoid: 3 * steps, Tanh: 2 * steps } : { Sigmoid: 2 * steps, Tanh: steps },
  )
})

test('a bias is added by the operator of its product', async () => {
  const layers = [
    { type: 'Dense', units: 4, activation: 'tanh' },
    { type: 'GRU', units: 2 },
    { type: 'Dense', units: 3, use_bias: false },
  ]
  const { programs } = smallNetwork({ layers, loss: 'mse', optimizer: 'SGD' }, [3, 1])
  const operators = nodesOf((await loweredOf(programs.evaluate, { fused: true })).graph).map(({ op }) => op)
  const count = (name: string) => operators.filter((op) => op === name).length
  // the dense layer, the inputs of the GRU, and the state of each of its later steps
  expect([count('_FusedMatMul'), count('MatMul')]).toEqual([4, 1])
})

test('a softmax is one operator if no crossentropy needs its logarithm', async () => {
  const softmax = { type: 'Dense', units: 3, activation: 'softmax' }
  const operators = async (loss: string) => {
    const { programs } = smallNetwork({ layers: [softmax], loss })
    return nodesOf((await loweredOf(programs.evaluate, { fused: true })).graph).map(({ op }) => op)
  }
  expect(await operators('mse')).toContain('Softmax')
  expect(await operators('sparse_categorical_crossentropy')).not.toContain('Softmax')
})

async function loweredOf(program: Program, { fused = false } = {}) {
  const graph = await simplifiedGraph(program, BATCH_SIZE)
  const places: readonly string[] = program.state.map(({ name }) => name)
  return lowerToTensorflow(graph, splitUpdate(graph), {
    prefix: 'step/',
    indexOf: (slot) => places.indexOf(slot),
    batch: { size: BATCH_SIZE, arrays: arraysOf(new Uint8Array()) },
    seed: 1,
    fused,
  })
}

/** Operators of a GraphDef, each with the type it computes with. */
function nodesOf(graph: Uint8Array): { op: string; type: DataType | undefined; device: string }[] {
  return fieldsOf(graph)
    .filter(({ field }) => field === 1)
    .map(({ bytes }) => {
      const node = fieldsOf(bytes)
      const types = new Map<string, DataType | undefined>()
      for (const { field, bytes: attribute } of node) {
        if (field !== 5) continue
        const [key, value] = fieldsOf(attribute)
        types.set(textOf(key!.bytes), typeIn(value!.bytes))
      }
      const type = types.get('TI') ?? types.get('SrcT') ?? types.get('T') ?? types.get('Tparams') ?? types.get('dtype')
      const device = node.find(({ field }) => field === 4)
      return {
        op: textOf(node.find(({ field }) => field === 2)!.bytes),
        type,
        device: device ? textOf(device.bytes) : '',
      }
    })
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** The type that an AttrValue holds, if it holds one. */
function typeIn(value: Uint8Array): DataType | undefined {
  const reader = new BinaryReader(value)
  const [field] = reader.tag()
  if (field !== 6) return undefined
  const number = reader.int32()
  return (Object.keys(DATA_TYPE) as DataType[]).find((name) => DATA_TYPE[name] === number)
}

/** The fields of a message that hold bytes. */
function fieldsOf(message: Uint8Array): { field: number; bytes: Uint8Array }[] {
  const reader = new BinaryReader(message)
  const fields: { field: number; bytes: Uint8Array }[] = []
  const BYTES = 2
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (wire === BYTES) fields.push({ field, bytes: reader.bytes() })
    else reader.skip(wire)
  }
  return fields
}
