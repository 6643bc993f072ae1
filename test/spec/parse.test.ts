/** Problems of a spec with their messages and positions; and valid specs when resolved. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatIssue } from '../../src/base/issue.js'
import { historyKeys, isSupervised, type SupervisedSpec } from '../../src/spec/spec.js'
import { readsSaved } from '../support/fuzz.js'
import { kerasFixture } from '../support/keras.js'
import { readText, saved } from '../support/read-spec.js'

const LAYERS = '["Flatten", { "type": "Dense", "units": 10 }]'

/** A good spec of few lines, with other lines for some of its fields and more at its end. */
function specText(fields: Readonly<Record<string, string>> = {}): string {
  const { data = '"mnist"', loss = '"mse"', layers = LAYERS, model, ...rest } = fields
  const all = { data, loss, model: model ?? `{ "type": "Sequential", "layers": ${layers} }`, ...rest }
  return `{\n${Object.entries(all)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `  "${key}": ${value},\n`)
    .join('')}}\n`
}

interface Mistake {
  readonly title: string
  readonly text: string
  readonly settings?: readonly string[]
}

const mistakes: Mistake[] = []
const mistake = (title: string, text: string, ...settings: string[]) => mistakes.push({ title, text, settings })
const field = (title: string, fields: Readonly<Record<string, string>>, ...settings: string[]) =>
  mistake(title, specText(fields), ...settings)
const layer = (title: string, layers: string, ...settings: string[]) => field(title, { layers }, ...settings)

mistake('an empty file', '')
mistake('nothing but a comment', '// later\n')
mistake('not an object', '[1, 2]')
mistake('not an object: a string', '"mnist"')
mistake('an empty object', '{}')
mistake('a missing comma', '{\n  "seed": 1\n  "data": "mnist"\n}')
mistake('a missing colon', '{\n  "seed" 1\n}')
mistake('a missing value', '{\n  "seed": ,\n}')
mistake('a missing brace', '{\n  "fit": { "epochs": 1\n')
mistake('a missing bracket', '{\n  "metrics": ["acc"\n}')
mistake('a bracket of the wrong kind', '{\n  "metrics": ["acc"}\n}')
mistake('a key without quotes', '{\n  seed: 1\n}')
mistake('single quotes', "{\n  'seed': 1\n}")
mistake('text that does not end', '{\n  "name": "a\n}')
mistake('a comment that does not end', '{} /* so on\nand so on')
mistake('an unknown escape', '{\n  "name": "\\q"\n}')
mistake('an unfinished escape', '{\n  "name": "\\u12"\n}')
mistake('a tab in text', '{\n  "name": "a\tb"\n}')
mistake('NaN', '{\n  "seed": NaN\n}')
mistake('a number that is not finished', '{\n  "seed": 1.\n}')
mistake('a number that begins with a dot', '{\n  "seed": .5\n}')
mistake('more after the end', '{} {}')
mistake('two slips', '{\n  "a" 1,\n  "b": ]\n}')
mistake('a space that is none', '{\n\u00a0 "seed": 1\n}')
mistake('a mark inside the file', '{\n  \uFEFF"seed": 1\n}')
mistake('too many brackets', `{\n  "data": ${'['.repeat(120)}${']'.repeat(120)}\n}`)
mistake('a key twice', specText().replace('{\n', '{\n  "loss": "mae",\n'))
mistake('a key twice, deep inside', specText({ fit: '{ "epochs": 1, "epochs": 2 }' }))

field('fields that are not there', { data: '', loss: '', model: '' })
field('an unknown key', { colour: '"red"' })
field('a misspelt key', { optimiser: '"adam"' })
field('a key in camelCase', { fit: '{ "batchSize": 32 }' })
field('a key with signs of a pointer', { 'a/b~c': '1' })
field('a key with signs that steer a terminal', { '\\u001b[31mfit': '1' })
field('a key that every object has', { ['__proto__']: '1', constructor: '2', toString: '3' })
field('a very long key', { ['k'.repeat(60)]: '1' })

field('a misspelt data set', { data: '"mnits"' })
field('an unknown data set', { data: '"cifar10"' })
field('a data set in an object, misspelt', { data: '{ "dataset": "minst" }' })
field('an option of another data set', { data: '{ "dataset": "mnist", "size": 4 }' })
field('a picture too large to list them all', { data: '{ "dataset": "bars-and-stripes", "size": 30 }' })
field('an unknown way to binarize', { data: '{ "dataset": "mnist", "binarize": "samples" }' })
field('data of another type', { data: '7' })
field('data without a data set', { data: '{ "flatten": true }' })
field('data: null', { data: 'null' })
field('a string for true or false', { data: '{ "dataset": "mnist", "flatten": "yes" }' })

field('a name with a slash', { name: '"a/b"' })
field('an empty name', { name: '""' })
field('a name that ends in a dot', { name: '"a."' })
field('a name that is a number', { name: '5' })
field('a negative seed', { seed: '-1' })
field('a number that is too large', { seed: '1e999', fit: '{ "epochs": -1e999, "validation_split": 1e400 }' })
field('a key as long as a file', { ['k'.repeat(100_000)]: '1' })
field('a seed with a fraction', { seed: '1.5' })
field('a seed that is too large', { seed: '4294967296' })
field('a seed in quotes', { seed: '"42"' })
field('an engine', { engine: '"onx"' })

field('model: a string', { model: '"Sequential"' })
field('a misspelt model', { model: `{ "type": "Sequentail", "layers": ${LAYERS} }` })
field('a model without a type', { model: `{ "layers": ${LAYERS} }` })
field('a model whose type is a number', { model: `{ "type": 1, "layers": ${LAYERS} }` })
field('a model without layers', { model: '{ "type": "Sequential" }' })
layer('no layers at all', '[]')
layer('layers: an object', '{ "type": "Dense" }')

const graph = (title: string, ...layers: string[]) =>
  field(title, { model: `{ "type": "Functional", "layers": [\n    ${layers.join(',\n    ')}\n  ] }` })
const dense = (name: string, more = '') => `{ "type": "Dense", "name": "${name}", "units": 10${more} }`
graph('a graph that needs its own output', '"Flatten"', dense('a', ', "inputs": "b"'), dense('b'), dense('c'))
graph('a layer that takes itself', '"Flatten"', dense('a', ', "inputs": "a"'))
graph('an input that is misspelt', '"Flatten"', dense('left'), dense('right', ', "inputs": "lefft"'))
graph('one input of several that is none', '"Flatten"', dense('a'), '{ "type": "Add", "inputs": ["a", "zebra"] }')
graph('two layers of one name in a graph', '"Flatten"', dense('a'), dense('a'))
graph('a layer that leads nowhere', '"Flatten"', dense('idle'), dense('out', ', "inputs": "flatten"'))
graph('too few inputs', '"Flatten"', '{ "type": "Add", "inputs": "flatten" }', dense('out'))
graph('too many inputs', '"Flatten"', dense('a'), '{ "type": "Subtract", "inputs": ["a", "a", "a"] }')
graph('several inputs of a layer of one', '"Flatten"', dense('a'), dense('b', ', "inputs": ["a", "flatten"]'))
graph('shapes that do not fit together', '"Flatten"', dense('a'), '{ "type": "Add", "inputs": ["flatten", "a"] }')
graph('inputs of a wrong type', '"Flatten"', dense('a', ', "inputs": 0'))
graph('no inputs', '"Flatten"', dense('a', ', "inputs": []'))
graph('a shared layer that is misspelt', '"Flatten"', dense('left'), '{ "type": "Shared", "layer": "lefft" }')
graph('a layer that shares itself', '"Flatten"', '{ "type": "Shared", "name": "a", "layer": "a" }')
graph('a shared layer of another size', '{ "type": "Flatten" }', dense('a'), '{ "type": "Shared", "layer": "a" }')
graph(
  'a shared Block',
  '"Flatten"',
  `{ "type": "Block", "name": "two", "layers": [${dense('a')}, ${dense('b')}] }`,
  '{ "type": "Shared", "layer": "two" }',
)
graph(
  'a shared Input',
  '{ "type": "Input", "shape": [28, 28] }',
  '{ "type": "Shared", "layer": "input" }',
  '"Flatten"',
  dense('a'),
)
graph(
  'a Block with two inputs',
  '"Flatten"',
  dense('a'),
  `{ "type": "Block", "inputs": ["a", "flatten"], "layers": [${dense('b')}] }`,
)
graph(
  'mistakes in a Block, told once',
  '"Flatten"',
  `{ "type": "Block", "repeat": 3, "layers": [\n${dense('a')},\n${dense('b', ', "inputs": "inputt"')}] }`,
)
graph(
  'a layer in a Block that leads nowhere',
  '"Flatten"',
  `{ "type": "Block", "repeat": 3, "layers": [\n${dense('a')},\n${dense('b', ', "inputs": "input"')}] }`,
)
graph('an Input in a Block', '"Flatten"', '{ "type": "Block", "layers": [{ "type": "Input", "shape": [784] }] }')
graph('a layer in a Block of the name of its input', '"Flatten"', `{ "type": "Block", "layers": [${dense('input')}] }`)
graph('a Block without layers', '"Flatten"', '{ "type": "Block", "layers": [] }')
graph('a Block that repeats without end', '"Flatten"', `{ "type": "Block", "repeat": 1e9, "layers": [${dense('a')}] }`)
field('inputs in a stack', { layers: `["Flatten", ${dense('a', ', "inputs": "flatten"')}]` })

const outputs = (title: string, ...named: string[]) =>
  field(title, {
    loss: '',
    model: `{ "type": "Functional", "layers": ["Flatten", ${named.map((one) => dense(/"(.*?)"/.exec(one)![1]!, ', "inputs": "flatten"')).join(', ')}] }`,
    outputs: `{\n    ${named.join(',\n    ')} }`,
  })
outputs(
  'an output whose keys are those of validation',
  '"val": { "loss": "mse", "metrics": ["acc"] }',
  '"b": { "loss": "mse" }',
)
outputs('an output whose keys are those of the test', '"test": { "loss": "mse" }', '"b": { "loss": "mse" }')
outputs(
  'an output whose keys are those of another in validation',
  '"b": { "loss": "mse", "metrics": ["acc"] }',
  '"val_b": { "loss": "mse", "metrics": ["acc"] }',
)
outputs(
  'a metric of an output whose key is that of another output',
  '"a": { "loss": "mse", "metrics": ["mse", { "type": "acc", "name": "b_loss" }] }',
  '"a_b": { "loss": "mse" }',
)
outputs(
  'two metrics of one key, at two outputs',
  '"a": { "loss": "mse", "metrics": [{ "type": "acc", "name": "b_acc" }] }',
  '"a_b": { "loss": "mse", "metrics": ["acc"] }',
)
outputs(
  'a metric of an output whose key is a column',
  '"learning": { "loss": "mse", "metrics": [{ "type": "acc", "name": "rate" }] }',
  '"b": { "loss": "mse" }',
)
outputs(
  'two metrics of one name at an output',
  '"a": { "loss": "mse", "metrics": ["acc", "acc"] }',
  '"b": { "loss": "mse" }',
)

layer('a misspelt layer', '["Flatten", { "type": "Dens", "units": 10 }]')
layer('a misspelt layer, as a string', '["Flaten", { "type": "Dense", "units": 10 }]')
layer('a layer in lower case', '["Flatten", { "type": "dense", "units": 10 }]')
layer('an unknown layer', '["Flatten", { "type": "Transformer", "units": 10 }]')
layer('an unknown layer, as a string', '["Flatten", "Transformer"]')
layer('a layer that needs more than its type', '["Flatten", "Dense"]')
layer('a layer without a type', '["Flatten", { "units": 10 }]')
layer(
  'two outputs of a Bidirectional',
  '[{ "type": "Bidirectional", "layer": { "type": "GRU", "units": 2 }, "merge_mode": null }]',
)
layer(
  'a Bidirectional of what is not recurrent',
  '[{ "type": "Bidirectional", "layer": { "type": "Dense", "units": 2 } }]',
)
layer(
  'a Bidirectional backwards',
  '[{ "type": "Bidirectional", "layer": { "type": "GRU", "units": 2, "go_backwards": true } }]',
)
layer(
  'a Bidirectional of a ConvLSTM with strides and gaps',
  '[{ "type": "Bidirectional", "layer": { "type": "ConvLSTM1D", "filters": 2, "kernel_size": 3, "strides": 2, "dilation_rate": 2 } }]',
)
layer(
  'the other way on every step',
  '[{ "type": "TimeDistributed", "layer": { "type": "ReversibleEmbedding", "input_dim": 5, "output_dim": 28, "reverse": true } }]',
)
layer(
  'the other way in half precision',
  '[{ "type": "ReversibleEmbedding", "input_dim": 5, "output_dim": 3, "reverse_dtype": "float16" }]',
)
layer('a block on every step', '[{ "type": "TimeDistributed", "layer": { "type": "Block", "layers": ["Flatten"] } }]')
layer(
  'inputs within a layer',
  '[{ "type": "TimeDistributed", "layer": { "type": "Dense", "units": 2, "inputs": "x" } }]',
)
layer('a layer whose type is null', '["Flatten", { "type": null, "units": 10 }]')
layer('a layer that is a number', '["Flatten", 10]')
layer('a layer that is a list', '["Flatten", ["Dense", 10]]')
layer(
  'behind a misspelt type the other mistakes are told too',
  '["Flatten", { "type": "Dens", "unitz": 10, "rate": 1 }]',
)
layer('and behind two', '[{ "type": "Droput", "rate": 1.5 }, "Flatten", { "type": "Dence", "units": 0 }]')
layer('a rate of 1', '["Flatten", { "type": "Dropout", "rate": 1 }, { "type": "Dense", "units": 10 }]')
layer('a rate below 0', '["Flatten", { "type": "Dropout", "rate": -0.1 }, { "type": "Dense", "units": 10 }]')
layer('a rate in quotes', '["Flatten", { "type": "Dropout", "rate": "0.5" }, { "type": "Dense", "units": 10 }]')
layer('no units', '["Flatten", { "type": "Dense", "units": 0 }]')
layer('units with a fraction', '["Flatten", { "type": "Dense", "units": 10.5 }]')
layer('units beyond every machine', '["Flatten", { "type": "Dense", "units": 3e9 }]')
layer('units beyond every number', '["Flatten", { "type": "Dense", "units": 1e999 }]')
layer('a misspelt activation', '["Flatten", { "type": "Dense", "units": 10, "activation": "rleu" }]')
layer('an unknown activation', '["Flatten", { "type": "Dense", "units": 10, "activation": "step" }]')
layer('an activation that is null', '["Flatten", { "type": "Dense", "units": 10, "activation": null }]')
layer('a misspelt initializer', '["Flatten", { "type": "Dense", "units": 10, "kernel_initializer": "he_norml" }]')
layer("another layer's key", '["Flatten", { "type": "Dense", "units": 10, "rate": 0.5 }]')
layer(
  'Input after the first layer',
  '["Flatten", { "type": "Input", "shape": [784] }, { "type": "Dense", "units": 10 }]',
)
layer(
  'a name twice',
  '["Flatten", { "type": "Dense", "units": 10, "name": "a" }, { "type": "Dense", "units": 10, "name": "a" }]',
)
layer('two dimensions that are free', '["Flatten", { "type": "Reshape", "target_shape": [-1, -1] }]')
layer('a dimension of 0', '["Flatten", { "type": "Reshape", "target_shape": [0, 784] }]')
layer('a dimension of -2', '["Flatten", { "type": "Reshape", "target_shape": [-2, 784] }]')
layer(
  'gaps and strides together',
  '[{ "type": "Conv2D", "filters": 2, "kernel_size": 3, "strides": [1, 2], "dilation_rate": 2 }]',
)
layer(
  'filters that are no multiple of the groups',
  '[{ "type": "Conv1D", "filters": 3, "kernel_size": 3, "groups": 2 }]',
)
layer(
  'an output_padding not below strides',
  '[{ "type": "Conv2DTranspose", "filters": 2, "kernel_size": 3, "strides": 2, "output_padding": [1, 2] }]',
)
layer('a window of too many axes', '[{ "type": "MaxPooling2D", "pool_size": [2, 2, 2] }]')
layer('a window of too few axes', '[{ "type": "AvgPool2D", "pool_size": [2] }]')
layer(
  'an empty window in words',
  '[{ "type": "MaxPooling2D", "pool_size": 0 }, { "type": "MaxPooling1D", "pool_size": "2" }]',
)
layer('sides that are no sides', '[{ "type": "ZeroPadding2D", "padding": [[1, 2, 3], -1] }]')
layer('axes in an order that is none', '["Flatten", { "type": "Permute", "dims": [3, 1, 1] }]')
layer('a window that does not fit', '[{ "type": "Conv2D", "filters": 2, "kernel_size": 3 }]')
layer(
  'axes of products that fit nothing',
  '["Flatten", { "type": "EinsumDense", "equation": "abb,bd->acd", "output_shape": [2, 2], "bias_axes": "dx" }]',
)
layer(
  'an equation without an output',
  '["Flatten", { "type": "EinsumDense", "equation": "ab,bc", "output_shape": 2, "bias_axes": "" }]',
)
layer('a shape without dimensions', '["Flatten", { "type": "Reshape", "target_shape": [] }]')

field('a misspelt optimizer', { optimizer: '"adm"' })
field('an unknown optimizer', { optimizer: '{ "type": "Sophia" }' })
field('an unknown argument', { optimizer: '{ "type": "Adam", "lr": 0.1 }' })
field('a misspelt argument', { optimizer: '{ "type": "Adam", "beta1": 0.9 }' })
field('arguments out of range', {
  optimizer: '{ "type": "Adam", "learning_rate": -1, "beta_1": 1, "epsilon": -1e-7, "amsgrad": 1 }',
})
field('an argument between 0 and 1', { optimizer: '{ "type": "SGD", "momentum": 2 }' })
field('two ways to clip', { optimizer: '{ "type": "SGD", "clipvalue": 0.5, "global_clipnorm": 1 }' })
field('accumulation of one step, a mean of no updates', {
  optimizer: '{ "type": "SGD", "gradient_accumulation_steps": 1, "use_ema": true, "ema_overwrite_frequency": 0 }',
})
field('a pattern that is none', { optimizer: '{ "type": "Muon", "exclude_layers": ["output", "(a"] }' })
field('no weight decay where it must be a number', { optimizer: '{ "type": "AdamW", "weight_decay": null }' })
field('an optimizer without a type', { optimizer: '{ "learning_rate": 0.1 }' })
const schedule = (title: string, text: string) =>
  field(title, { optimizer: `{ "type": "SGD", "learning_rate": ${text} }` })
schedule('a learning rate in quotes', '"0.1"')
schedule('a misspelt schedule', '{ "type": "CosinDecay", "initial_learning_rate": 0.1, "decay_steps": 100 }')
schedule('a schedule without a type', '{ "initial_learning_rate": 0.1 }')
schedule('a schedule that lacks what it needs', '{ "type": "ExponentialDecay", "initial_learning_rate": -0.1 }')
schedule('a count of steps', '{ "type": "PolynomialDecay", "initial_learning_rate": 1, "decay_steps": 0 }')
schedule('a count of epochs', '{ "type": "OneCycle", "max_learning_rate": 1, "total_steps": { "epoch": 3 } }')
schedule(
  'values that do not fit boundaries',
  '{ "type": "PiecewiseConstantDecay", "boundaries": [5, 5], "values": [1, 2] }',
)
schedule(
  'a warm-up without a target',
  '{ "type": "CosineDecay", "initial_learning_rate": 1, "decay_steps": 9, "warmup_steps": 5 }',
)
schedule(
  'a warm-up in front of a warm-up',
  '{ "type": "LinearWarmup", "warmup_steps": 5, "learning_rate": { "type": "LinearWarmup", "warmup_steps": 1 } }',
)
field('a misspelt loss', { loss: '"categorical_crosentropy"' })
field('an unknown loss', { loss: '"wasserstein"' })
field('arguments of a loss out of range', {
  loss: '{ "type": "tversky", "alpha": -1, "axis": "last", "smooth": 1 }',
})
field('a list of losses', { loss: '["mse"]' })
field('a misspelt metric', { metrics: '["accurracy"]' })
field('an unknown metric', { metrics: '["area"]' })
field('a metric that is no list', { metrics: '"acc"' })
field('a metric twice', { metrics: '["acc", "mse", "acc"]' })
field('metrics of one name', {
  metrics: '[{ "type": "AUC", "name": "area" }, { "type": "precision", "name": "area" }]',
})
field('a metric with the name of another key', {
  metrics:
    '[{ "type": "AUC", "name": "val_auc" }, { "type": "mse", "name": "loss" }, { "type": "mae", "name": "epoch" }]',
})
field('a metric without what it needs', { metrics: '["recall_at_precision", { "type": "RecallAtPrecision" }]' })
field('arguments of a metric out of range', {
  metrics: '[{ "type": "AUC", "curve": "roc", "num_thresholds": 1 }, { "type": "F1Score", "beta": 2 }]',
})
field('early stopping on a metric of which neither is better', {
  metrics: '["TruePositives"]',
  early_stopping: '"TruePositives"',
})
field('class weights of what is no class', { fit: '{ "class_weight": { "one": 2, "1": -1, "10": 1 } }' })
field('a class weight of a class that is not there', { fit: '{ "class_weight": { "3": 2, "10": 1 } }' })
field('fit out of range', { fit: '{ "batch_size": 0, "epochs": -1, "validation_split": 1, "shuffle": "no" }' })
field('early stopping without its key', { early_stopping: '"val_los"', fit: '{ "validation_split": 0.1 }' })
field('early stopping on a metric that is not measured', { early_stopping: '"acc"' })
field('early stopping on validation that is not done', { early_stopping: 'true' })
field('early stopping on test scores', { early_stopping: '"test_loss"' })
field('early stopping out of range', {
  fit: '{ "validation_split": 0.1 }',
  early_stopping: '{ "patience": -1, "mode": "low", "baseline": "0.9", "restore_best_weight": true }',
})
field('early stopping: a number', { early_stopping: '3' })
const VALIDATED = { metrics: '["acc"]', fit: '{ "validation_split": 0.1 }' }
const callbacks = (title: string, list: string, rest: Readonly<Record<string, string>> = {}) =>
  field(title, { ...VALIDATED, callbacks: list, ...rest })
callbacks('callbacks: an object', '{ "type": "TimeBudget", "seconds": 5 }')
callbacks('a misspelt callback', '["TerminateOnNan", { "type": "TimeBuget", "seconds": 0 }]')
callbacks('a callback that needs more than its type', '["ModelCheckpoint"]')
callbacks(
  'callbacks that watch what is not there',
  `[
    { "type": "ReduceLROnPlateau", "monitor": "val_ac" },
    { "type": "EarlyStopping", "monitor": "val_mse" },
    { "type": "ModelCheckpoint", "filepath": "a", "monitor": "lose", "save_best_only": true }
  ]`,
)
callbacks(
  'callbacks that watch a metric of which neither is better',
  `[
    { "type": "ReduceLROnPlateau", "monitor": "val_hits" },
    { "type": "EarlyStopping", "monitor": "hits" },
    { "type": "ModelCheckpoint", "filepath": "a", "monitor": "hits", "save_best_only": true },
    { "type": "ModelCheckpoint", "filepath": "b", "monitor": "hits" },
    { "type": "ModelCheckpoint", "filepath": "c", "monitor": "hits", "save_best_only": true, "mode": "max" }
  ]`,
  { metrics: '[{ "type": "TruePositives", "name": "hits" }]' },
)
callbacks('a factor of 1', '[{ "type": "ReduceLROnPlateau", "factor": 1, "min_lr": -1 }]')
callbacks('early stopping twice', '["EarlyStopping"]', { early_stopping: 'true' })
callbacks('EarlyStopping twice', '["EarlyStopping", { "type": "EarlyStopping", "monitor": "acc" }]')
callbacks(
  'two that set the learning rate',
  `[
    "ReduceLROnPlateau", { "type": "LearningRateScheduler", "rates": { "0": 0.1 } }
  ]`,
  {
    optimizer: '{ "type": "SGD", "learning_rate": { "type": "OneCycle", "max_learning_rate": 1 } }',
  },
)
callbacks(
  'a scheduler with neither, and with both',
  `[
    { "type": "LearningRateScheduler" },
    { "type": "LearningRateScheduler", "rates": { "0": 1 }, "schedule": { "type": "OneCycle", "max_learning_rate": 1 } }
  ]`,
)
callbacks(
  'rates that are none',
  `[
    { "type": "LearningRateScheduler", "rates": {} },
    { "type": "LearningRateScheduler", "rates": { "first": 0.1, "5": -1 } }
  ]`,
)
callbacks(
  'places of a name that have no number',
  `[
    { "type": "ModelCheckpoint", "filepath": "{epoch:02d}-{val_los:.2f}" },
    { "type": "ModelCheckpoint", "filepath": "{batch}" },
    { "type": "ModelCheckpoint", "filepath": "{val_loss}-{batch}", "save_freq": 5 }
  ]`,
)
callbacks(
  'places of a name that are none',
  `[
    { "type": "ModelCheckpoint", "filepath": "{epoch" },
    { "type": "ModelCheckpoint", "filepath": "{epoch:>5}" },
    { "type": "ModelCheckpoint", "filepath": "{loss:d}-{val_loss:.2}" }
  ]`,
)
callbacks(
  'paths that lead elsewhere',
  `[
    { "type": "ModelCheckpoint", "filepath": "../best" },
    { "type": "ModelCheckpoint", "filepath": "/tmp/best" },
    { "type": "TensorBoard", "log_dir": "logs/" },
    { "type": "CSVLogger", "filename": "../all.csv" },
    { "type": "CSVLogger", "filename": "logs\\\\all.csv" }
  ]`,
)
callbacks(
  'paths that are taken',
  `[
    { "type": "ModelCheckpoint", "filepath": "model" },
    { "type": "CSVLogger", "filename": "history.csv" },
    { "type": "CSVLogger", "filename": "log.csv" },
    { "type": "CSVLogger", "filename": "./log.csv", "append": true }
  ]`,
)
callbacks('a model as a file of Keras', '[{ "type": "ModelCheckpoint", "filepath": "best.keras" }]')
callbacks(
  'how often',
  `[
    { "type": "ModelCheckpoint", "filepath": "a", "save_freq": "batch" },
    { "type": "ModelCheckpoint", "filepath": "b", "save_freq": 0 },
    { "type": "TensorBoard", "update_freq": "epochs" }
  ]`,
)
callbacks('a separator of two letters', '[{ "type": "CSVLogger", "filename": "a.csv", "separator": "ab" }]')
field('expectations', {
  metrics: '["acc"]',
  expect: '{ "val_acc": { "min": 0.9 }, "tset_acc": { "min": 0.9 }, "acc": {}, "loss": { "most": 1 }, "mse": 1 }',
})
field('an expectation with a key that every object has', { expect: '{ "__proto__": { "min": 1 } }' })
field('expectations at an epoch', {
  metrics: '["acc"]',
  expect: '{ "acc": { "min": 0.9, "at": "first" }, "loss": { "at": "best" } }',
})
field('expectations of what has no epochs', {
  metrics: '["acc"]',
  expect: '{ "test_acc": { "min": 0.9, "at": "last" }, "seconds": { "max": 9, "at": "best" }, "second": { "max": 9 } }',
})
field('an expectation that nothing can meet', { expect: '{ "loss": { "min": 1, "max": 0.5 } }' })

layer('a layer that cannot take what it gets', '["Flatten", { "type": "Reshape", "target_shape": [5, -1] }]')
layer('an Input of another shape', '[{ "type": "Input", "shape": [784] }, "Flatten", { "type": "Dense", "units": 10 }]')
layer('an output that does not fit the labels', '["Flatten", { "type": "Dense", "units": 9, "name": "last" }]')
layer(
  'a model that is too large',
  '["Flatten", { "type": "Dense", "units": 1000000 }, { "type": "Dense", "units": 10 }]',
)
field('a metric that does not fit the model', {
  layers: '["Flatten", { "type": "Dense", "units": 1 }]',
  metrics: '["mse", "categorical_accuracy"]',
})
field('devices of two kinds', { device: '"gpu:0,cpu:0"' })
field('a device twice', { device: '"gpu:1,gpu:0,gpu:1"' })
field('a part of the processor', { device: '"cpu:0"' })

field('a split that leaves nothing to validate on', { fit: '{ "validation_split": 1e-17 }' })
field('a split that leaves nothing to train on', { fit: '{ "validation_split": 0.99999 }' })

field('--set: a wrong value', {}, 'fit.epochs=0')
field('--set: a wrong name', {}, 'optimizer.type=adm')
field('--set: a misspelt path', { fit: '{ "epochs": 1 }' }, 'fti.epochs=3', 'fit.epoch=3')
field('--set: an index beyond the layers', {}, 'model.layers.2.units=5')
field('--set: an index that is none', {}, 'model.layers.last.units=5')
field('--set: into a string or a number', { name: '"a"', seed: '1' }, 'name.first=b', 'seed.first=2')
field('--set: into a short form that is wrong', { data: '"mnits"' }, 'data.flatten=true', 'loss.delta=1')
field('--set: without the type', {}, 'optimizer.learning_rate=0.1')
field('--set: no equals sign', {}, 'fit.epochs')
field('--set: an empty step', {}, 'fit..epochs=3')
field('--set: with mistakes in the file too', { seed: '-1' }, 'fit.epochs=0')
field('--set: a key that every object has', {}, 'expect.__proto__.min=1')
field('--set: an object', {}, 'fit={"epochs":0,"batch_size":1}')
field('--set: in the model', {}, 'model.layers.1.units=9')
field('--set: a whole model', {}, 'model={"type":"Sequential","layers":["Dense"]}')

const rbm = (title: string, fields: Readonly<Record<string, string>>, model = '') =>
  field(title, {
    data: '{ "dataset": "mnist", "flatten": true, "binarize": "sample" }',
    loss: '',
    model: `{ "type": "RBM"${model.includes('hidden_units') ? '' : ', "hidden_units": 500'}${model} }`,
    ...fields,
  })
rbm('an RBM with a loss, outputs and a target', {
  loss: '"mse"',
  outputs: '{ "rbm": { "loss": "mse" } }',
  target: '"input"',
})
rbm('an RBM with weights of classes', { fit: '{ "class_weight": { "1": 2 } }' })
rbm('an RBM with the metric of a network', { metrics: '["accuracy"]' })
rbm('an RBM without hidden units', {}, ', "hidden_units": 0')
rbm('no Gibbs step', { training: '{ "algorithm": "cd", "k": 0 }' })
rbm('Gibbs steps by epoch that begin late', { training: '{ "algorithm": "cd", "k": [[2, 1], [1, 0]] }' })
rbm('a pair that is none', { training: '{ "algorithm": "cd", "k": [[1]] }' })
rbm('a misspelt algorithm, and the mistakes behind it', { training: '{ "algorithm": "pdc", "chains": 0 }' })
rbm('training without an algorithm', { training: '{ "k": 1 }' })
rbm('a field of another algorithm', { training: '{ "algorithm": "cd", "chains": 10 }' })
rbm('more chains than memory', { training: '{ "algorithm": "pcd", "chains": 1000000 }' })
rbm('chains on several devices', { device: '"gpu:0,gpu:1"', training: '{ "algorithm": "pcd" }' })
rbm('more chains than memory, at all temperatures', {
  training: '{ "algorithm": "parallel_tempering", "chains": 20000 }',
})
rbm('temperatures that do not begin with 1, nor fall', {
  training: '{ "algorithm": "parallel_tempering", "temperatures": [0.9, 0.5, 0.5, -1] }',
})
rbm('no temperature', { training: '{ "algorithm": "parallel_tempering", "temperatures": 0 }' })
rbm(
  'temperatures of units that are not 0 or 1',
  { training: '{ "algorithm": "parallel_tempering" }' },
  ', "hidden": "nrelu"',
)
rbm(
  'mean field of second order of units that are not 0 or 1',
  { training: '{ "algorithm": "mean_field", "order": "tap2" }' },
  ', "hidden": "nrelu"',
)
rbm('a misspelt order of mean field', { training: '{ "algorithm": "mean_field", "order": "tap4" }' })
rbm('the exact pseudo-likelihood of a large model', { metrics: '[{ "type": "pseudo_likelihood", "exact": true }]' })
rbm('swaps of chains at one temperature', { training: '{ "algorithm": "pcd" }', metrics: '["swap_rate"]' })
rbm('an RBM whose loss is watched', {
  fit: '{ "validation_split": 0.1 }',
  early_stopping: 'true',
  callbacks:
    '[{ "type": "ReduceLROnPlateau", "monitor": "loss" }, { "type": "ModelCheckpoint", "filepath": "best", "save_best_only": true }]',
})
rbm('the exact gradient of a large model', { training: '{ "algorithm": "exact" }' })
rbm('momentum by epoch of another optimizer than SGD', {
  optimizer: '"adam"',
  training: '{ "algorithm": "cd", "momentum_by_epoch": [[1, 0.5], [6, 1.5]] }',
})
rbm('a sparsity without a target', { training: '{ "algorithm": "cd", "sparsity": { "cost": 1 } }' })
rbm('a gap to validation samples, where there are none', { metrics: '["free_energy_gap"]' })
rbm('a gap as one of validation', {
  metrics: '["free_energy_gap"]',
  fit: '{ "validation_split": 0.1 }',
  early_stopping: '{ "monitor": "val_free_energy_gap", "mode": "min" }',
})
rbm('how chains mix, where none go on', { metrics: '["flip_rate"]' })
rbm('an RBM of images', { data: '"mnist"' })
rbm('grey values into Bernoulli units', { data: '{ "dataset": "mnist", "flatten": true }' })
rbm('other values into Bernoulli units', { data: '{ "dataset": "mnist", "flatten": true, "standardize": true }' })
rbm('an RBM that is too large', {}, ', "hidden_units": 1000000')
rbm('misspelt units', {}, ', "visible": "bernouli"')
rbm('an initializer that does not suit a kernel', {}, ', "hidden_bias_initializer": "orthogonal"')
field('a network with the training of an RBM', { training: '{ "algorithm": "cd" }' })
field('a network with the metric of an RBM', { metrics: '["pseudo_likelihood"]' })

const dbn = (title: string, rbms: string, fields: Readonly<Record<string, string>> = {}, fineTune = '"classifier"') =>
  field(title, {
    data: '{ "dataset": "mnist", "flatten": true, "binarize": "sample" }',
    model: `{ "type": "DBN", "rbms": ${rbms}, "fine_tune": ${fineTune} }`,
    ...fields,
  })
const TWO = '[{ "hidden_units": 500 }, { "hidden_units": 250 }]'
dbn('a DBN without an RBM', '[]')
dbn(
  'a DBN of RBMs with mistakes',
  `[
    { "hidden_units": 500, "training": { "algorithm": "cd", "k": 0 }, "metrics": ["accuracy"] },
    { "hidden_unit": 500, "optimizer": { "type": "adm" }, "epochs": 0 },
    { "hidden_units": 10, "metrics": ["flip_rate"], "optimizer": "adam",
      "training": { "algorithm": "cd", "momentum_by_epoch": [[1, 0.5]] } }
  ]`,
)
dbn('a DBN with units that only data can be', '[{ "hidden_units": 500 }, { "hidden_units": 9, "visible": "gaussian" }]')
dbn(
  'a DBN with units that only its last RBM can have',
  '[{ "hidden_units": 9, "hidden": "nrelu" }, { "hidden_units": 9 }]',
)
dbn(
  'a DBN that learns labels too early',
  '[{ "hidden_units": 9, "training": { "algorithm": "cd", "labels": "hybrid" } }]',
)
dbn('a DBN that ends in something else', TWO, {}, '"regressor"')
dbn('a DBN to be fine-tuned without a loss', TWO, { loss: '' })
dbn(
  'a DBN that is not fine-tuned, with what is for that',
  TWO,
  {
    optimizer: '"adam"',
    metrics: '["acc"]',
    fit: '{ "batch_size": 100, "epochs": 2, "validation_split": 0.1, "class_weight": { "1": 2 } }',
    early_stopping: 'true',
    callbacks: '[{ "type": "TimeBudget", "seconds": 9 }]',
    expect: '{ "val_loss": { "max": 1 } }',
  },
  'null',
)
dbn('a DBN with fields of other models', TWO, {
  outputs: '{ "rbm_1": { "loss": "mse" } }',
  training: '{ "algorithm": "cd" }',
  target: '"input"',
})
dbn('an autoencoder of a DBN that is compared with labels', TWO, { target: '"label"' }, '"autoencoder"')
dbn(
  'an autoencoder of a DBN with a loss of labels',
  TWO,
  { loss: '"sparse_categorical_crossentropy"' },
  '"autoencoder"',
)
dbn('a classifier of a DBN with a class that is none', TWO, { fit: '{ "class_weight": { "10": 2 } }' })
dbn('a classifier of a DBN with the metric of an RBM', TWO, { metrics: '["pseudo_likelihood"]' })
dbn('a DBN of images', TWO, { data: '"mnist"' })
dbn('grey values into a DBN', TWO, { data: '{ "dataset": "mnist", "flatten": true }' })
dbn('a DBN with an RBM that is too large', '[{ "hidden_units": 500 }, { "hidden_units": 1000000 }]')
dbn(
  'a DBN with more chains than memory',
  `[
    { "hidden_units": 500 },
    { "hidden_units": 500, "training": { "algorithm": "pcd", "chains": 1000000 } }
  ]`,
)
dbn('a DBN whose network is too large', '[{ "hidden_units": 14000 }, { "hidden_units": 14000 }]')

/** Each issue below the line of the file that it is about, a caret under its column. */
function explained({ title, text, settings = [] }: Mistake): string {
  const { spec, issues } = readText(text, 'spec.json', settings)
  if (spec) throw new Error(`no mistake: ${title}`)
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const shown = issues.map((issue) => {
    const { line, column } = issue.position ?? { line: 0, column: 0 }
    const place = issue.position ? `${lines[line - 1]!.slice(0, 160)}\n${' '.repeat(column - 1)}^\n` : ''
    return place + formatIssue(issue)
  })
  return `## ${title}\n${shown.join('\n')}\n`
}

test('mistakes are explained', async () => {
  await expect(mistakes.map(explained).join('\n')).toMatchFileSnapshot('../golden/spec-errors.txt')
})

describe('positions', () => {
  const places = (text: string) => readText(text).issues.map(({ position }) => `${position!.line}:${position!.column}`)
  const text = specText({ seed: '-1', engine: '"x"' })

  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('lines end with %s', (_, end) => {
    expect(places(text.replaceAll('\n', end))).toEqual(['5:11', '6:13'])
  })

  test('a byte order mark takes no column', () => {
    expect(places(`\uFEFF${text}`)).toEqual(['5:11', '6:13'])
    expect(places('\uFEFF{ "seed": }')).toEqual(['1:11'])
  })

  test('a tab takes one column, as in an editor', () => {
    expect(places(text.replaceAll('  ', '\t'))).toEqual(['5:10', '6:12'])
  })

  test('columns count UTF-16 units, as editors do: an emoji has two', () => {
    expect(places(text.replace('"seed"', '/* \u{1F600} */ "seed"'))).toEqual(['5:20', '6:13'])
  })

  test('line breaks in comments count; line separators that JSON does not know do not', () => {
    expect(places(text.replace('{', '{ /* 1\n2\r\n3 */ // 4\u2028'))).toEqual(['7:11', '8:13'])
  })

  test('issues are in the order of the file, those of --set last', () => {
    const all = specText({ fit: '{ "epochs": 0, "epoch": 1 }', seed: '-1', loss: '"x"', 'x/y': '1' })
    const { issues } = readText(all, 'spec.json', ['engine=x', 'data=mist'])
    expect(issues.map(({ pointer }) => pointer)).toEqual([
      ...['/loss', '/fit/epochs', '/fit/epoch', '/seed', '/x~1y'],
      ...['/engine', '/data'],
    ])
  })
})

describe('a valid spec', () => {
  const resolved = (text: string, source?: string, ...settings: string[]): SupervisedSpec => {
    const { spec, issues } = readText(text, source, settings)
    expect(issues.map(formatIssue)).toEqual([])
    if (!isSupervised(spec!)) throw new Error('a spec of a network was meant')
    return spec
  }

  test('may have comments and trailing commas', () => {
    const text = `// first\n${specText({ seed: '7 /* lucky */' }).replace('["Flatten"', '[ // to a vector\n"Flatten"')}// end`
    expect(text).toContain(',\n}')
    expect(resolved(text)).toEqual(resolved(specText({ seed: '7' })))
  })

  test.each(['mnist-mlp', 'mnist-10k'])('%s is resolved', async (name) => {
    const spec = resolved(readFileSync(join(import.meta.dirname, '../../specs', `${name}.json`), 'utf8'))
    await expect(saved(spec)).toMatchFileSnapshot(`../golden/${name}.resolved.json`)
  })

  test('every short form becomes the long form', () => {
    const short = specText({
      data: '"mnist"',
      loss: '"mse"',
      layers: '["Flatten", { "type": "Dense", "units": 10 }]',
      optimizer: '"sgd"',
      early_stopping: '"loss"',
    })
    const long = specText({
      data: '{ "dataset": "mnist", "flatten": false }',
      loss: '{ "type": "mean_squared_error" }',
      layers: '[{ "type": "Flatten" }, { "type": "Dense", "units": 10 }]',
      optimizer: '{ "type": "SGD" }',
      early_stopping: '{ "monitor": "loss" }',
    })
    expect(resolved(short)).toEqual(resolved(long))
  })

  test('early stopping may be on, off, or named', () => {
    const monitored = (early_stopping: string) =>
      resolved(specText({ early_stopping, fit: '{ "validation_split": 0.5 }', metrics: '["acc"]' })).early_stopping
        ?.monitor
    expect(['true', 'false', 'null', '"val_acc"', '{}'].map(monitored)).toEqual([
      'val_loss',
      undefined,
      undefined,
      'val_acc',
      'val_loss',
    ])
  })

  test.each([
    ['bce', 'binary_crossentropy'],
    ['BCE', 'binary_crossentropy'],
    ['mse', 'mean_squared_error'],
    ['MSE', 'mean_squared_error'],
    ['mae', 'mean_absolute_error'],
    ['MAE', 'mean_absolute_error'],
    ['kld', 'kl_divergence'],
    ['Huber', 'huber'],
  ])('loss %s is %s', (alias, type) => {
    expect(resolved(specText({ loss: `"${alias}"` })).loss).toMatchObject({ type })
    expect(resolved(specText({ loss: `{ "type": "${alias}" }` })).loss).toMatchObject({ type })
  })

  /** keras/src/losses/losses.py, keras/src/metrics: the arguments of the constructors. */
  test("losses and metrics have Keras 3's defaults", () => {
    const loss = (text: string) => resolved(specText({ loss: text })).loss
    expect(loss('"BinaryFocalCrossentropy"')).toEqual({
      type: 'binary_focal_crossentropy',
      apply_class_balancing: false,
      alpha: 0.25,
      gamma: 2,
      from_logits: false,
      label_smoothing: 0,
    })
    expect(loss('{ "type": "tversky" }')).toEqual({ type: 'tversky', alpha: 0.5, beta: 0.5, axis: null })
    expect(loss('"circle"')).toEqual({ type: 'circle', gamma: 80, margin: 0.4, remove_diagonal: true })
    expect(resolved(specText({ metrics: '["AUC"]' })).metrics).toEqual([
      {
        type: 'auc',
        name: 'AUC',
        num_thresholds: 200,
        curve: 'ROC',
        summation_method: 'interpolation',
        thresholds: null,
        multi_label: false,
        label_weights: null,
        from_logits: false,
      },
    ])
  })

  test('the key of a metric is its type as written, or its name', () => {
    const written = '["mse", "MeanSquaredError", { "type": "RootMeanSquaredError" }, { "type": "recall", "name": "r" }]'
    const spec = resolved(specText({ metrics: written }))
    expect(spec.metrics.map(({ type, name }) => [type, name])).toEqual([
      ['mean_squared_error', 'mse'],
      ['mean_squared_error', 'MeanSquaredError'],
      ['root_mean_squared_error', 'RootMeanSquaredError'],
      ['recall', 'r'],
    ])
    expect(historyKeys(spec)).toEqual(['loss', 'mse', 'MeanSquaredError', 'RootMeanSquaredError', 'r'])
  })

  test.each(kerasFixture('optimizers').defaults)("optimizer $type has Keras 3's defaults", (defaults) => {
    expect(resolved(specText({ optimizer: `"${defaults.type.toLowerCase()}"` })).optimizer).toEqual(defaults)
  })

  /** keras/src: `fit`, `compile`, `EarlyStopping`, `Dense`. */
  test("the rest has Keras 3's defaults too", () => {
    const spec = resolved(specText({ early_stopping: '{}', fit: '{ "validation_split": 0.1 }' }))
    const fit = { batch_size: 32, epochs: 1, validation_split: 0.1, k_fold: null, fold: null }
    expect(spec.fit).toEqual({ ...fit, shuffle: true, class_weight: null })
    expect(spec.early_stopping).toEqual({
      monitor: 'val_loss',
      min_delta: 0,
      patience: 0,
      mode: 'auto',
      baseline: null,
      restore_best_weights: false,
      start_from_epoch: 0,
    })
    expect(spec.model.layers).toEqual([
      { type: 'Flatten', name: 'flatten' },
      {
        type: 'Dense',
        name: 'dense',
        units: 10,
        activation: 'linear',
        trainable: true,
        use_bias: true,
        kernel_initializer: { type: 'glorot_uniform' },
        bias_initializer: { type: 'zeros' },
        kernel_regularizer: null,
        bias_regularizer: null,
        activity_regularizer: null,
        kernel_constraint: null,
        bias_constraint: null,
      },
    ])
    expect(resolved(specText())).toMatchObject({
      fit: {
        batch_size: 32,
        epochs: 1,
        validation_split: 0,
        k_fold: null,
        fold: null,
        shuffle: true,
        class_weight: null,
      },
      optimizer: { type: 'RMSprop' },
      metrics: [],
      early_stopping: null,
      expect: {},
      engine: 'auto',
      seed: 0,
    })
  })

  test('layers are named as in Keras, without using given names again', () => {
    const dense = '{ "type": "Dense", "units": 10 }'
    const { layers } = resolved(
      specText({
        layers: `["Flatten", ${dense}, { "type": "Dense", "units": 10, "name": "dense_1" }, ${dense}, "Flatten"]`,
      }),
    ).model
    expect(layers.map(({ name }) => name)).toEqual(['flatten', 'dense', 'dense_1', 'dense_2', 'flatten_1'])
  })

  test.each([
    ['specs/my-net.json', 'my-net'],
    ['C net (2).jsonc', 'C-net-2'],
    ['/a/b/.hidden.json', 'hidden'],
    ['no-ending', 'no-ending'],
    ['\u{1F600}.json', 'unnamed'],
    ['..json', 'unnamed'],
    [`${'n'.repeat(200)}.json`, 'n'.repeat(100)],
    ['Größe.v2.json', 'Gr-e.v2'],
    ['-', 'stdin'],
  ])('from %s without a name is called %s', (source, name) => {
    expect(resolved(specText(), source).name).toBe(name)
    expect(resolved(specText({ name: '"own"' }), source).name).toBe('own')
    // and that is a name which the file could have given
    expect(resolved(specText({ name: `"${name}"` })).name).toBe(name)
  })

  test('cannot be changed, however deep', () => {
    const spec = resolved(
      specText({ metrics: '["acc"]', expect: '{ "acc": { "min": 0.5 } }', early_stopping: '"loss"' }),
    )
    const loose = (value: unknown): boolean =>
      typeof value === 'object' && value !== null && (!Object.isFrozen(value) || Object.values(value).some(loose))
    expect(loose(spec)).toBe(false)
    expect(() => Object.assign(spec.fit, { epochs: 2 })).toThrow(TypeError)
  })

  test('is the same after saving and reading', () => {
    readsSaved(100)
  })

  test('the key $schema is removed, and history keys are in order', () => {
    const spec = resolved(specText({ $schema: '"x"', metrics: '["mse", "acc"]', fit: '{ "validation_split": 0.5 }' }))
    expect(spec).not.toHaveProperty('$schema')
    expect(historyKeys(spec)).toEqual(['loss', 'mse', 'acc', 'val_loss', 'val_mse', 'val_acc'])
    expect(historyKeys(resolved(specText({ metrics: '["mse"]' })))).toEqual(['loss', 'mse'])
  })

  test('the free energy gap has one key, the last', () => {
    const data = '{ "dataset": "bars-and-stripes", "flatten": true }'
    const metrics = '["free_energy_gap", "free_energy"]'
    const fields = { data, loss: '', model: '{ "type": "RBM", "hidden_units": 2 }', metrics }
    const { spec } = readText(specText({ ...fields, fit: '{ "validation_split": 0.5 }' }))
    expect(historyKeys(spec!)).toEqual(['loss', 'free_energy', 'val_loss', 'val_free_energy', 'free_energy_gap'])
  })

  describe('with --set', () => {
    const set = (...settings: string[]) => resolved(specText({ metrics: '["acc"]' }), undefined, ...settings)

    test('reads JSON, and anything else as text', () => {
      expect(set('seed=7').seed).toBe(7)
      expect(set('optimizer=adam').optimizer.type).toBe('Adam')
      expect(set('optimizer="adam"').optimizer.type).toBe('Adam')
      expect(set('metrics=["mse"]').metrics).toEqual([{ type: 'mean_squared_error', name: 'mse' }])
      expect(set('name=a.b').name).toBe('a.b')
      expect(set('early_stopping=null').early_stopping).toBeNull()
      expect(set('optimizer={"type":"SGD","momentum":0.5}').optimizer).toMatchObject({ type: 'SGD', momentum: 0.5 })
    })

    test('a value may contain equals signs, and quotes make it a string', () => {
      const { issues } = readText(specText(), 'spec.json', ['name=a=b', 'seed="5"'])
      expect(issues.map(({ pointer, source }) => [pointer, source])).toEqual([
        ['/name', '--set name=a=b'],
        ['/seed', '--set seed="5"'],
      ])
    })

    test('makes missing objects of the path', () => {
      expect(set('fit.epochs=3', 'fit.batch_size=7').fit).toMatchObject({ epochs: 3, batch_size: 7 })
      expect(set('expect.acc.min=0.5', 'expect.loss.max=1').expect).toEqual({ acc: { min: 0.5 }, loss: { max: 1 } })
    })

    test('reaches into lists, and a later one wins', () => {
      expect(set('model.layers.1.units=10', 'model.layers.1.activation=relu').model.layers[1]).toMatchObject({
        activation: 'relu',
      })
      expect(set('seed=1', 'seed=2').seed).toBe(2)
      expect(set('fit={"epochs":5,"batch_size":5}', 'fit.epochs=6').fit).toMatchObject({ epochs: 6, batch_size: 5 })
    })

    test('reaches into short forms, which become long forms', () => {
      const text = specText({ optimizer: '"adam"', early_stopping: '"loss"' })
      const settings = [
        'optimizer.beta_1=0.8',
        'early_stopping.patience=3',
        'data.flatten=true',
        'model.layers.0.name=a',
      ]
      const spec = resolved(text, undefined, ...settings)
      expect(spec.optimizer).toMatchObject({ type: 'Adam', beta_1: 0.8 })
      expect(spec.early_stopping).toMatchObject({ monitor: 'loss', patience: 3 })
      expect(spec.data).toMatchObject({ dataset: 'mnist', flatten: true })
      expect(spec.model.layers[0]).toEqual({ type: 'Flatten', name: 'a' })
    })

    test('reaches into short forms wherever they stand', () => {
      const layers = '["Flatten", { "type": "Dense", "units": 10, "kernel_initializer": "random_normal" }]'
      const text = specText({ layers, metrics: '["acc"]', early_stopping: 'true', fit: '{ "validation_split": 0.5 }' })
      const settings = ['model.layers.1.kernel_initializer.stddev=0.1', 'metrics.0.name=x', 'early_stopping.patience=3']
      const { model, metrics, early_stopping } = resolved(text, undefined, ...settings)
      expect(model.layers[1]).toMatchObject({ kernel_initializer: { type: 'random_normal', stddev: 0.1 } })
      expect(metrics).toEqual([{ type: 'accuracy', name: 'x' }])
      expect(early_stopping).toMatchObject({ monitor: 'val_loss', patience: 3 })
    })

    test('can correct the file', () => {
      const text = specText({ seed: '-1', fit: '7' })
      expect(readText(text, 'spec.json', ['seed=1', 'fit={}']).issues).toEqual([])
    })

    test('an issue points to the --set that gave the value, or into it', () => {
      const { issues } = readText(specText(), 'spec.json', ['fit={"epochs":1}', 'fit.batch_size=0', 'fit.epochs=0'])
      expect(issues.map(({ pointer, source, position }) => [pointer, source, position])).toEqual([
        ['/fit/batch_size', '--set fit.batch_size=0', undefined],
        ['/fit/epochs', '--set fit.epochs=0', undefined],
      ])
    })

    test.each(['__proto__.polluted=1', 'constructor.prototype.polluted=1', 'fit.__proto__.polluted=1'])(
      '%s changes no prototype',
      (setting) => {
        const { issues } = readText(specText(), 'spec.json', [setting])
        expect(issues.length).toBeGreaterThan(0)
        expect({}).not.toHaveProperty('polluted')
      },
    )
  })
})

/** The spec as a run saves it. */
test.each([
  ['min_value', { min_value: 1.5 }, /found 1.5, must be at most max_value, 1/],
  ['max_value', { max_value: 0.3, min_value: 0.4 }, /found 0.4, must be at most max_value, 0.3/],
])('a MinMaxNorm whose %s leaves no norm is refused', (_, norms, words) => {
  const kernel_constraint = { type: 'MinMaxNorm', ...norms }
  const layers = ['Flatten', { type: 'Dense', units: 10, kernel_constraint }]
  const { issues } = readText(JSON.stringify({ data: 'mnist', loss: 'mse', model: { type: 'Sequential', layers } }))
  expect(issues.map(({ message }) => message)).toEqual([expect.stringMatching(words)])
})
