/** Reasons why names of Keras are not in trainspec, for docs/coverage.md. */
import type { Kind } from './coverage.js'

const of = (names: string, reason: string) => Object.fromEntries(names.split(/\s+/).map((name) => [name, reason]))

const BASE = 'needs code: a base class to write your own'

export const GAPS: { readonly [K in Kind]: Readonly<Record<string, string>> } = {
  layers: {
    ...of('GRUCell LSTMCell SimpleRNNCell', 'one step of a recurrent layer; write GRU, LSTM or SimpleRNN'),
    RNN: 'needs a cell: write SimpleRNN, LSTM or GRU',
    StackedRNNCells: 'write recurrent layers one after another',
    InputLayer: 'write Input',
    Lambda: 'needs code: any function',
    ...of('Layer Wrapper', BASE),
    InputSpec: 'needs code: a description of the inputs of a layer',
    ...of('FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper', 'needs code: a layer of another framework'),
    MaxNumBoundingBoxes: 'needs boxes around what a picture shows: later',
    HashedCrossing: 'write crosses in data',
    Pipeline: 'write a list of steps; layers one after another are a Block',
  },
  activations: {
    glu: 'halves the channels, so it is not a function of each element: later',
    threshold: 'needs arguments; with the value 0, write the layer ReLU with threshold',
  },
  initializers: {
    STFT: 'for STFTSpectrogram, which learns nothing here',
    Initializer: BASE,
  },
  regularizers: { Regularizer: BASE },
  constraints: { Constraint: BASE },
  optimizers: {
    LossScaleOptimizer: 'later; mixed_float16 does not scale the loss',
    ...of('MultiOptimizer OptimizerMap', 'an optimizer for each layer: later'),
    ScheduleFreeAdamW: 'two sets of weights, one to train and one to test: later',
    Optimizer: BASE,
  },
  schedules: { LearningRateSchedule: BASE },
  losses: {
    Loss: BASE,
  },
  metrics: {
    ...of('Mean Sum MeanMetricWrapper', 'needs code: sums or averages values that code computes'),
    Metric: BASE,
  },
  callbacks: {
    BackupAndRestore: 'write `checkpoint`; `train resume` goes on with the run',
    ...of('Callback LambdaCallback', 'needs code: any function'),
    CallbackList: 'needs code; a spec has the list callbacks',
    History: 'every run writes history.json',
    OrbaxCheckpoint: 'a format of JAX; write ModelCheckpoint',
    ProgbarLogger: 'every run has a progress bar: options --style and --verbose',
    RemoteMonitor: 'sends numbers over the network; write CSVLogger or TensorBoard',
    SwapEMAWeights: 'write use_ema in the optimizer',
  },
}
