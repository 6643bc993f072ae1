/** Why a name of Keras is not in trainspec; docs/coverage.md says it. */
import type { Kind } from './coverage.js'

const of = (names: string, reason: string) => Object.fromEntries(names.split(/\s+/).map((name) => [name, reason]))

const BASE = 'needs code: a class to write one with'

export const GAPS: { readonly [K in Kind]: Readonly<Record<string, string>> } = {
  layers: {
    ...of(
      `AveragePooling3D Conv3D Conv3DTranspose Cropping3D GlobalAveragePooling3D GlobalMaxPooling3D MaxPooling3D
       SpatialDropout3D UpSampling3D ZeroPadding3D AdaptiveAveragePooling3D AdaptiveMaxPooling3D`,
      'three axes of space: later',
    ),
    ...of(
      'AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveMaxPooling1D AdaptiveMaxPooling2D',
      'windows that follow from the size of the output: later',
    ),
    ...of('ConvLSTM1D ConvLSTM2D ConvLSTM3D', 'recurrent convolution: later'),
    EinsumDense: 'products along any axes: later',
    SpectralNormalization: "bounds another layer's weights: later",
    ReversibleEmbedding: 'shares its weights with an output layer: later',
    ...of('GRUCell LSTMCell SimpleRNNCell', 'one step of GRU, LSTM or SimpleRNN, which are there'),
    RNN: 'needs a cell: write SimpleRNN, LSTM or GRU',
    StackedRNNCells: 'write recurrent layers one after another',
    InputLayer: 'write Input',
    Lambda: 'needs code: any function',
    ...of('Layer Wrapper', BASE),
    InputSpec: 'needs code: what a layer says of its inputs',
    ...of('FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper', "needs code: another framework's layer"),
    ...of(
      `AugMix AutoContrast CenterCrop ContrastLimitedAdaptiveHistogramEqualization CutMix Equalization MixUp RandAugment
       RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform
       RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective
       RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom
       Solarization MaxNumBoundingBoxes`,
      "augmentation, the data's matter: later",
    ),
    ...of(
      `CategoryEncoding Discretization HashedCrossing Hashing IntegerLookup MelSpectrogram Normalization Rescaling
       Resizing STFTSpectrogram StringLookup TextVectorization`,
      "preprocessing, the data's matter: later",
    ),
    Pipeline: 'preprocessing: later; layers one after another are a Block',
  },
  activations: {
    glu: 'halves the channels, so it is no function of each element: later',
    threshold: 'needs arguments; where below it is 0, write the layer ReLU with threshold',
  },
  initializers: {
    STFT: 'for STFTSpectrogram, which is not there',
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
    CTC: 'needs targets that are sequences: later',
    Loss: BASE,
  },
  metrics: {
    ...of('IoU MeanIoU OneHotIoU OneHotMeanIoU', 'segmentation, a class for each place: later'),
    ...of('Mean Sum MeanMetricWrapper', 'needs code: adds up what it is given'),
    Metric: BASE,
  },
  callbacks: {
    BackupAndRestore: 'going on with a run: later',
    ...of('Callback LambdaCallback', 'needs code: any function'),
    CallbackList: 'needs code: a spec has the list callbacks',
    History: 'every run writes history.json',
    OrbaxCheckpoint: 'a format of JAX; write ModelCheckpoint',
    ProgbarLogger: 'the bar is there: options --style and --verbose',
    RemoteMonitor: 'sends numbers over the network; write CSVLogger or TensorBoard',
    SwapEMAWeights: 'write use_ema in the optimizer',
  },
}
