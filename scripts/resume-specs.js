// The specs of `scripts/prove-resume.js`: what a state may hold, in runs of some seconds.

const digits = { dataset: 'mnist-10k', flatten: true }
const layers = (...list) => ({ type: 'Sequential', layers: list })
const dense = (units, activation) => ({ type: 'Dense', units, activation })
const classes = dense(10, 'softmax')
const dropout = { type: 'Dropout', rate: 0.3 }
const classifier = { loss: 'sparse_categorical_crossentropy', metrics: ['acc'] }
const rbm = {
  training: {
    algorithm: 'cd',
    momentum_by_epoch: [
      [1, 0.5],
      [3, 0.9],
    ],
  },
  optimizer: { type: 'SGD', learning_rate: 0.05 },
  metrics: ['reconstruction_error'],
  batch_size: 50,
  epochs: 6,
}

const mlp = {
  data: digits,
  model: layers(dense(128, 'relu'), dropout, classes),
  optimizer: 'Adam',
  ...classifier,
  fit: { batch_size: 64, epochs: 24, validation_split: 0.1 },
}

/** By name: the spec, and options of the command. */
export const RESUME_SPECS = {
  'MLP with Dropout': { spec: mlp },
  'MLP with Dropout, tensorflow': { spec: mlp, options: ['--engine', 'tensorflow'] },
  'MLP with Dropout, eager:cpu': {
    spec: {
      ...mlp,
      data: { dataset: 'digits', flatten: true },
      model: layers(dense(32, 'relu'), dropout, classes),
      fit: { batch_size: 32, epochs: 20, validation_split: 0.1 },
    },
    options: ['--engine', 'eager:cpu'],
  },
  'CNN with augmentation, two workers': {
    spec: {
      data: {
        dataset: 'mnist-10k',
        augment: [
          { type: 'RandomRotation', factor: 0.05 },
          { type: 'RandomTranslation', height_factor: 0.1, width_factor: 0.1 },
        ],
      },
      model: layers(
        { type: 'Reshape', target_shape: [28, 28, 1] },
        { type: 'Conv2D', filters: 8, kernel_size: 3, strides: 2, activation: 'relu' },
        'BatchNormalization',
        'Flatten',
        dropout,
        classes,
      ),
      optimizer: 'Adam',
      ...classifier,
      fit: { batch_size: 64, epochs: 5, validation_split: 0.1 },
    },
    options: ['--workers', '2'],
  },
  LSTM: {
    spec: {
      data: { dataset: 'mnist-10k' },
      model: layers({ type: 'LSTM', units: 32, dropout: 0.2 }, classes),
      optimizer: {
        type: 'RMSprop',
        learning_rate: { type: 'CosineDecay', initial_learning_rate: 0.002, decay_steps: { epochs: 5 } },
      },
      ...classifier,
      fit: { batch_size: 64, epochs: 5, validation_split: 0.1 },
    },
  },
  'RBM with PCD': {
    spec: {
      data: { ...digits, binarize: 'sample_each_epoch' },
      model: { type: 'RBM', hidden_units: 64 },
      training: { algorithm: 'pcd', k: 1, chains: 50, centered: true, offset_rate: 0.01 },
      optimizer: { type: 'SGD', learning_rate: 0.02, momentum: 0.5 },
      metrics: ['pseudo_likelihood', 'reconstruction_error'],
      fit: { batch_size: 50, epochs: 14, validation_split: 0.1 },
    },
  },
  'DBN with fine-tuning': {
    spec: {
      data: { ...digits, binarize: 'probability' },
      model: {
        type: 'DBN',
        rbms: [
          { hidden_units: 64, ...rbm },
          { hidden_units: 32, ...rbm },
        ],
        fine_tune: 'classifier',
      },
      optimizer: 'Adam',
      loss: 'categorical_crossentropy',
      metrics: ['acc'],
      fit: { batch_size: 50, epochs: 6, validation_split: 0.1 },
    },
  },
  'DBN without fine-tuning': {
    spec: {
      data: { ...digits, binarize: 'probability' },
      model: {
        type: 'DBN',
        rbms: [
          { hidden_units: 64, ...rbm },
          { hidden_units: 32, ...rbm },
        ],
        fine_tune: null,
      },
    },
  },
  'gradient accumulation with EMA': {
    spec: {
      ...mlp,
      optimizer: {
        type: 'AdamW',
        learning_rate: 0.002,
        use_ema: true,
        ema_momentum: 0.95,
        gradient_accumulation_steps: 4,
        global_clipnorm: 1,
      },
    },
  },
  'early stopping, restored weights, ReduceLROnPlateau': {
    spec: {
      ...mlp,
      optimizer: { type: 'Adam', learning_rate: 0.003 },
      fit: { batch_size: 32, epochs: 60, validation_split: 0.2 },
      early_stopping: { monitor: 'val_loss', patience: 8, restore_best_weights: true },
      callbacks: [{ type: 'ReduceLROnPlateau', patience: 3, factor: 0.5 }],
    },
  },
  'streamed data set': {
    spec: {
      data: { source: 'table.csv', target: 'y', cache: 'disk' },
      model: layers(dense(32, 'tanh'), dropout, dense(1, 'linear')),
      optimizer: { type: 'SGD', learning_rate: 0.01, momentum: 0.9 },
      loss: 'mse',
      fit: { batch_size: 64, epochs: 20, validation_split: 0.1, shuffle: { window: 2 } },
    },
    isStreamed: true,
  },
  'CSVLogger, TensorBoard, ModelCheckpoint': {
    spec: {
      ...mlp,
      callbacks: [
        { type: 'CSVLogger', filename: 'log.csv' },
        { type: 'TensorBoard', update_freq: 7 },
        { type: 'ModelCheckpoint', filepath: 'each/{epoch}-{val_loss:.3f}' },
        { type: 'ModelCheckpoint', filepath: 'best', save_best_only: true, save_weights_only: true },
        { type: 'ModelCheckpoint', filepath: 'often', save_freq: 50 },
      ],
    },
  },
  'three folds': {
    spec: {
      ...mlp,
      data: { dataset: 'digits', flatten: true },
      fit: { batch_size: 32, epochs: 15, k_fold: 3 },
    },
  },
}

/** A table of numbers whose pack has some blocks of 1 MiB. */
export function table() {
  const [rows, columns] = [40_000, 24]
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  const lines = [`${Array.from({ length: columns }, (_, column) => `x${column}`).join(',')},y`]
  for (let row = 0; row < rows; row++) {
    const numbers = Array.from({ length: columns }, next)
    lines.push([...numbers, numbers[0] * numbers[1] + numbers[2]].map((one) => one.toFixed(6)).join(','))
  }
  return `${lines.join('\n')}\n`
}
