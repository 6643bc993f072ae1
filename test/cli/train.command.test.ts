/** `train SPEC` from its command line to its files, exit code and messages. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type CommandResult, runCommand, runShell, temporaryFolder } from '../support/command.js'
import { eventsOf } from '../support/event-file.js'
import { runMain } from '../support/main.js'
import { documentOf } from '../support/schema.js'

/** Learns something in two epochs of a second or less. */
const TINY = {
  data: { dataset: 'mnist-10k', flatten: true },
  model: {
    type: 'Sequential',
    layers: [
      { type: 'Dense', units: 10 },
      { type: 'Dropout', rate: 0.1 },
      { type: 'Activation', activation: 'softmax' },
    ],
  },
  optimizer: { type: 'Adam', learning_rate: 0.01 },
  loss: 'sparse_categorical_crossentropy',
  metrics: ['acc'],
  fit: { batch_size: 1000, epochs: 2, validation_split: 0.1 },
}

const folderWith = (changes: object = {}) => temporaryFolder({ 'tiny.json': JSON.stringify({ ...TINY, ...changes }) })

/** The files of a checkpoint. */
const STATE = ['state/1/checkpoint.json', 'state/1/state.safetensors']

const FILES = ['history.csv', 'history.json', 'model/model.json', 'model/weights.bin', 'preparation.json', 'spec.json']
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted()

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8')

/** The history of a run, which fits its schema. */
const historyOf = (...path: string[]) => documentOf(read(...path, 'history.json'), 'history.schema.json')

/** All but the last column, which is the clock's. */
const withoutSeconds = (csv: string): string => csv.replace(/,[^,\n]*$/gm, '')

/** Words for people: nothing that steers a terminal. */
function expectPlain({ stderr }: CommandResult): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/)
}

test('a run saves its files, a second one in its own folder, and both are the same except for times', async () => {
  const cwd = folderWith()
  const first = await runCommand(['tiny.json'], { cwd })
  expect(first).toMatchObject({ code: 0, stdout: '' })
  expectPlain(first)
  const number = '\\d\\.\\d{4}'
  const numbers = `loss: ${number} - acc: ${number} - val_loss: ${number} - val_acc: ${number}`
  const lines = [
    'Engine .*',
    'Train on 7200 samples, validate on 800 samples',
    `Epoch 1/2 - \\d+s - ${numbers}`,
    `Epoch 2/2 - \\d+s - ${numbers}`,
    'Trained for 2 epochs\\.',
    `Test: loss: ${number} - acc: ${number}`,
    'Took [^.]*\\.\\d s\\. Files: runs/tiny/1',
  ]
  expect(first.stderr).toMatch(new RegExp(`^${lines.join('\n')}\n$`))

  const second = await runCommand(['tiny.json', '--verbose', '0', '--history', '-', '--history-format', 'csv'], { cwd })
  expect(second).toMatchObject({ code: 0, stderr: '' })

  expect(readdirSync(join(cwd, 'runs/tiny'))).toEqual(['1', '2'])
  for (const run of ['1', '2']) {
    expect(filesIn(join(cwd, 'runs/tiny', run))).toEqual(FILES)
    expect(historyOf(cwd, 'runs/tiny', run)).toMatchObject({
      version: 1,
      name: 'tiny',
      engine: expect.stringMatching(/^(onnx|tensorflow)$/),
      samples: 7200,
      validation_samples: 800,
      epochs: 2,
      best: null,
      stop: { reason: 'completed' },
      expectations: [],
    })
  }
  const csv = read(cwd, 'runs/tiny/1/history.csv')
  expect(csv).toMatch(/^epoch,loss,acc,val_loss,val_acc,learning_rate,seconds\n1,.*\n2,.*\n$/)
  expect(withoutSeconds(read(cwd, 'runs/tiny/2/history.csv'))).toBe(withoutSeconds(csv))
  expect(second.stdout).toBe(read(cwd, 'runs/tiny/2/history.csv'))
  for (const file of ['model/model.json', 'model/weights.bin', 'preparation.json', 'spec.json']) {
    const [a, b] = ['1', '2'].map((run) => readFileSync(join(cwd, 'runs/tiny', run, file)))
    expect(a!.equals(b!), file).toBe(true)
  }
  expect(historyOf(cwd, 'runs/tiny/1').metrics.acc[1]).toBeGreaterThan(0.5)

  // the spec that was saved is the same run again; --out says where
  const saved = ['runs/tiny/1/spec.json', '--out', 'again', '--history', 'h.jsonl', '--verbose', '2']
  const third = await runCommand(saved, { cwd })
  expect(third).toMatchObject({ code: 0, stdout: '' })
  expectPlain(third)
  expect(third.stderr).toMatch(/^Engine .*\nTrain on .*\nEpoch 1\/2\n\d+s - loss: .*\nEpoch 2\/2\n\d+s - loss: .*\n/)
  expect(filesIn(join(cwd, 'again'))).toEqual(FILES)
  expect(withoutSeconds(read(cwd, 'again/history.csv'))).toBe(withoutSeconds(csv))
  expect(read(cwd, 'again/spec.json')).toBe(read(cwd, 'runs/tiny/1/spec.json'))
  const rows = read(cwd, 'h.jsonl')
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row))
  expect(rows.map(({ loss }) => loss)).toEqual(historyOf(cwd, 'again').metrics.loss)
})

test('engine eager is the same twice too', async () => {
  const cwd = folderWith({ fit: { batch_size: 2000, epochs: 1 } })
  const rows = async () => {
    const args = ['tiny.json', '--engine', 'eager', '--history', '-', '--history-format', 'csv']
    const { code, stdout } = await runCommand(args, { cwd })
    expect(code).toBe(0)
    return withoutSeconds(stdout)
  }
  const first = await rows()
  expect(first).toMatch(/^epoch,loss,acc,learning_rate\n1,.*\n$/)
  expect(await rows()).toBe(first)
  expect(historyOf(cwd, 'runs/tiny/1').engine).toBe('eager:cpu')
  expect(JSON.parse(read(cwd, 'runs/tiny/1/spec.json')).engine).toBe('eager:cpu')
})

test('a spec from standard input, its history as one document on standard output', async () => {
  const cwd = temporaryFolder()
  const result = await runCommand(['-', '--set', 'fit.epochs=1', '--history', '-', '--style', 'keras3'], {
    cwd,
    stdin: JSON.stringify(TINY),
  })
  expect(result.code).toBe(0)
  expectPlain(result)
  expect(result.stdout).toBe(read(cwd, 'runs/stdin/1/history.json'))
  expect(historyOf(cwd, 'runs/stdin/1')).toMatchObject({ name: 'stdin', epochs: 1 })
  expect(JSON.parse(read(cwd, 'runs/stdin/1/spec.json')).fit.epochs).toBe(1)
})

describe('a reader that leaves', () => {
  test('from standard output does not stop the run', async () => {
    const cwd = folderWith()
    const line = '{ $train tiny.json --set fit.epochs=30 --history - --history-format csv; echo $? > code; } | head -2'
    const { code, stdout, stderr } = await runShell(line, { cwd })
    expect(code).toBe(0)
    expect(read(cwd, 'code')).toBe('0\n')
    expect(stdout).toMatch(/^epoch,loss,acc,val_loss,val_acc,learning_rate,seconds\n1,[\d.,e-]+\n$/)
    expect(stderr).toMatch(/^Engine [^\n]*\nTrain on [^\n]*\n(Epoch [^\n]*\n){30}Trained for 30 epochs/)
    expect(read(cwd, 'runs/tiny/1/history.csv').trimEnd().split('\n')).toHaveLength(31)
  })

  test('from standard error neither', async () => {
    const cwd = folderWith()
    const line = '{ $train tiny.json --set fit.epochs=30 2>&1; echo $? > code; } | head -1'
    const { stdout, stderr } = await runShell(line, { cwd })
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^Engine [^\n]*\n$/), stderr: '' })
    expect(read(cwd, 'code')).toBe('0\n')
    expect(filesIn(join(cwd, 'runs/tiny/1'))).toEqual(FILES)
  })
})

test('a warning is printed before training and saved; --verbose 0 prints none', async () => {
  const model = { type: 'Sequential', layers: [{ type: 'Dense', units: 1, activation: 'softmax' }] }
  const cwd = folderWith({ model, loss: 'binary_crossentropy', metrics: [], fit: { ...TINY.fit, epochs: 1 } })
  const loud = await runCommand(['tiny.json'], { cwd })
  expect(loud).toMatchObject({ code: 0, stdout: '' })
  expect(loud.stderr).toMatch(
    /^Warning: tiny\.json:1:\d+ \/model\/layers\/0: Dense "dense" applies softmax to a single unit,.*\n/,
  )
  expect(await runCommand(['tiny.json', '-v', '0'], { cwd })).toMatchObject({ code: 0, stderr: '' })
  for (const run of ['1', '2']) {
    expect(historyOf(cwd, 'runs/tiny', run).warnings).toMatchObject([
      { code: 'softmax-of-one', pointer: '/model/layers/0' },
    ])
  }
})

test('every command measures a model without trained weights', async () => {
  const layers = [
    { type: 'BatchNormalization', trainable: false },
    { ...TINY.model.layers[0], trainable: false },
  ]
  const cwd = folderWith({
    model: { type: 'Sequential', layers },
    fit: { ...TINY.fit, epochs: 4 },
    optimizer: { type: 'Adam', use_ema: true, gradient_accumulation_steps: 2, global_clipnorm: 1 },
    callbacks: [
      { type: 'ModelCheckpoint', filepath: 'best', monitor: 'val_loss' },
      { type: 'EarlyStopping', monitor: 'val_loss', patience: 2, restore_best_weights: true },
    ],
  })
  const warning = /^Warning: tiny\.json:1:\d+ \/model: nothing is trained, .*$/m
  const { code, stderr } = await runCommand(['tiny.json', '--engine', 'onnx'], { cwd })
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(warning) })
  const { epochs, metrics } = historyOf(cwd, 'runs/tiny', '1')
  expect(epochs).toBe(3)
  expect(new Set(metrics.val_loss).size).toBe(1)
  const bench = ['bench', 'tiny.json', '--engine', 'onnx', '--rounds', '1', '--steps', '3']
  for (const args of [['summary', 'tiny.json'], bench]) {
    const found = await runCommand(args, { cwd })
    expect({ args, ...found }).toMatchObject({ code: 0, stderr: expect.stringMatching(warning) })
  }
  expect(await runCommand(['evaluate', 'runs/tiny/1'], { cwd })).toMatchObject({ code: 0 })
})

describe('expectations', () => {
  test('that are met are printed, with 0', async () => {
    const cwd = folderWith({ expect: { val_acc: { min: 0.1 } } })
    const args = ['tiny.json', '--expect', 'val_acc<=1', '--expect', 'test_loss <= 1e3', '--verbose', '0']
    const { code, stderr } = await runCommand(args, { cwd })
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /^passed: val_acc 0\.\d+, expected at least 0\.1\npassed: val_acc 0\.\d+, expected at most 1\npassed: test_loss \d+\.\d+, expected at most 1000\n$/,
    )
    expect(historyOf(cwd, 'runs/tiny/1').expectations).toMatchObject([
      { key: 'val_acc', bound: 'min', value: 0.1, passed: true },
      { key: 'val_acc', bound: 'max', value: 1, passed: true },
      { key: 'test_loss', bound: 'max', value: 1000, passed: true },
    ])
  })

  test('that are not met make 1, and the run is kept', async () => {
    const cwd = folderWith({ expect: { acc: { min: 0.1, max: 0.2 } } })
    const { code, stderr } = await runCommand(['tiny.json', '--expect', 'val_loss<=0.0001'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /Files: runs\/tiny\/1\npassed: acc 0\.\d+, .*\nFAILED: acc 0\.\d+, expected at most 0\.2\nFAILED: val_loss /,
    )
    expect(filesIn(join(cwd, 'runs/tiny/1'))).toEqual(FILES)
  })

  test.each(['val_acc', 'val_acc>0.9', 'val_ac>=0.9', 'val_acc>=high', 'mse<=1', 'val_acc>=0.9 --set'])(
    '%s is refused before the run',
    async (text) => {
      const cwd = folderWith()
      const { code, stdout, stderr } = await runMain(['tiny.json', '--expect', text], { cwd })
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain(`--expect ${text}`)
      expect(existsSync(join(cwd, 'runs'))).toBe(false)
    },
  )
})

/** 16 pictures, of which a validation split takes only bars. */
const BARS = {
  data: { dataset: 'bars-and-stripes', size: 3, flatten: true },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 1, activation: 'sigmoid' }] },
  engine: 'onnx',
  loss: 'binary_crossentropy',
  metrics: ['auc', 'recall'],
  fit: { batch_size: 4, epochs: 2, validation_split: 0.5 },
}

test('an undefined metric is nan in rows and null in JSON, is reported once, and fails its expectations', async () => {
  const expect_ = { val_auc: { min: 0, max: 1 } }
  const early_stopping = { monitor: 'val_auc', patience: 0 }
  const cwd = folderWith({ ...BARS, early_stopping, expect: expect_ })
  const { code, stderr } = await runCommand(['tiny.json', '--out', 'run'], { cwd })
  expect(code).toBe(1)
  expect(stderr).toContain(
    'auc was nan in 2 of 2 epochs of training and in 2 of 2 epochs of validation: it needs targets that are 1 and targets that are 0.\n',
  )
  expect(stderr).toContain('EarlyStopping had no effect, because val_auc, which it watches, was nan in every epoch.\n')
  expect(stderr).toContain('FAILED: val_auc nan, expected at least 0\nFAILED: val_auc nan, expected at most 1\n')
  expect(stderr.match(/needs targets/g)).toHaveLength(1)
  const history = historyOf(cwd, 'run')
  expect(history).toMatchObject({ best: null, stop: { reason: 'completed' }, metrics: { val_auc: [null, null] } })
  expect(history.expectations.map(({ passed }: { passed: boolean }) => passed)).toEqual([false, false])
  expect(read(cwd, 'run/history.csv')).toMatch(/^1,[\d.]+,nan,/m)
})

test('a last update that leaves nothing finite ends with 3', async () => {
  const optimizer = { type: 'SGD', learning_rate: 3e38 }
  const layers = [{ type: 'Dense', units: 1, kernel_initializer: { type: 'constant', value: 9 } }]
  const model = { type: 'Sequential', layers }
  const cwd = folderWith({ ...BARS, model, optimizer, loss: 'mse', metrics: [], fit: { batch_size: 16, epochs: 1 } })
  const { code, stderr } = await runCommand(['tiny.json', '--out', 'run'], { cwd })
  expect(code).toBe(3)
  expect(stderr).toMatch(
    /^Diverged in epoch 1, in the update of step 1: the first tensor with (nan|-?inf) is dense\/kernel\./,
  )
  expect(historyOf(cwd, 'run')).toMatchObject({ stop: { reason: 'diverged', tensor: 'dense/kernel' }, test: null })
  const evaluated = await runCommand(['evaluate', 'run'], { cwd })
  expect(evaluated).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/^ {2}loss +nan$/m),
    stderr: expect.stringMatching(/values that are not finite: the first tensor with (nan|-?inf) is dense\/kernel\./),
  })
})

test('a number without a row in the middle of training ends with 2, and the model is saved', async () => {
  // the bias goes from 0.5 to -0.75, to 1.125, and to -1.6875, by its regularizer alone
  const numbers = {
    ...{ type: 'Dense', name: 'numbers', units: 2, kernel_initializer: 'zeros' },
    ...{ bias_initializer: { type: 'constant', value: 0.5 }, bias_regularizer: { type: 'L2', l2: 1.25 } },
  }
  const layers = [numbers, { type: 'Embedding', input_dim: 2, output_dim: 3 }, 'Flatten', { type: 'Dense', units: 1 }]
  const optimizer = { type: 'SGD', learning_rate: 1 }
  const fit = { batch_size: 8, epochs: 3, validation_split: 0 }
  const model = { type: 'Sequential', layers }
  const cwd = folderWith({ ...BARS, model, optimizer, loss: 'mse', metrics: [], fit })
  const { code, stderr } = await runCommand(['tiny.json', '--out', 'run', '--history', '-'], { cwd })
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /^Stopped in epoch 2, at step 2 of 2 steps: a number has no row\.\nTook .*\nEmbedding "embedding" gets the number -1\.6875 from layer "numbers" \(epoch 2, step 2, sample 1 of the batch\), but has vectors for 0 to 1 only, .*\n$/m,
  )
  expect(filesIn(join(cwd, 'run'))).toEqual(FILES)
  const stop = { reason: 'missing_row', epoch: 2, step: 2 }
  expect(historyOf(cwd, 'run')).toMatchObject({ epochs: 1, stop, test: null })
  expect((await runCommand(['evaluate', 'run'], { cwd })).stderr).toContain(
    'gets the number -1.6875 from layer "numbers"',
  )
})

describe.each(['onnx', 'eager'])('on engine %s', (engine) => {
  test('a run that diverges ends with 3, and names the step and the tensor', async () => {
    const layers = [
      { type: 'Dense', units: 8, name: 'hidden' },
      { type: 'Dense', units: 1, name: 'last' },
    ]
    const cwd = folderWith({
      model: { type: 'Sequential', layers },
      optimizer: { type: 'SGD', learning_rate: 1e30 },
      loss: 'mean_squared_error',
      metrics: [],
      expect: { loss: { max: 1 } },
    })
    const result = await runCommand(['tiny.json', '--engine', engine], { cwd })
    expect(result.code).toBe(3)
    expectPlain(result)
    expect(result.stderr).toMatch(
      /\nDiverged in epoch 1, step 2: the first tensor with (nan|-?inf) is the output of (hidden|last)\./,
    )
    expect(result.stderr).toContain('FAILED: loss is missing, expected at most 1\n')
    expect(historyOf(cwd, 'runs/tiny/1')).toMatchObject({
      epochs: 0,
      stop: { reason: 'diverged', epoch: 1, step: 2, tensor: expect.stringMatching(/hidden|last/) },
      test: null,
      expectations: [{ key: 'loss', found: null, passed: false }],
    })
    expect(filesIn(join(cwd, 'runs/tiny/1'))).toContain('model/weights.bin')
  })
})

describe('Ctrl-C', () => {
  test('once: the step is finished, everything is written, and the code is 130', async () => {
    const cwd = folderWith({ fit: { ...TINY.fit, epochs: 100_000 } })
    let sent = false
    const result = await runCommand(['tiny.json', '--history', 'h.json', '--expect', 'acc>=0'], {
      cwd,
      watch(child, stderr) {
        if (!sent && stderr.includes('Epoch 2/')) sent = child.kill('SIGINT')
      },
    })
    expect(result.code).toBe(130)
    expectPlain(result)
    const history = historyOf(cwd, 'runs/tiny/1')
    expect(history.epochs).toBeGreaterThanOrEqual(2)
    expect(history.stop).toMatchObject({ reason: 'interrupted' })
    expect(history.test).toBeNull()
    expect(result.stderr).toContain(
      `\nInterrupted in epoch ${history.stop.epoch}, after ${history.stop.step} of 8 steps.\nTook `,
    )
    expect(result.stderr).toMatch(/\npassed: acc 0\.\d+, expected at least 0\nTo go on: train resume runs\/tiny\/1\n$/)
    expect(filesIn(join(cwd, 'runs/tiny/1'))).toEqual([...FILES, ...STATE].toSorted())
    expect(read(cwd, 'h.json')).toBe(read(cwd, 'runs/tiny/1/history.json'))
    expect(read(cwd, 'runs/tiny/1/history.csv').trimEnd().split('\n')).toHaveLength(history.epochs + 1)
  })

  test('again and again: it ends, with 130', async () => {
    const cwd = folderWith({ fit: { ...TINY.fit, epochs: 100_000 } })
    let again: NodeJS.Timeout | undefined
    const { code, stderr } = await runCommand(['tiny.json'], {
      cwd,
      watch(child, stderr) {
        if (stderr.includes('Epoch 1/')) again ??= setInterval(() => child.kill('SIGINT'), 5)
      },
    })
    clearInterval(again)
    expect(code).toBe(130)
    expect(stderr).not.toContain('fault')
  })
})

describe('callbacks', () => {
  const callbacks = [
    { type: 'LearningRateScheduler', rates: { 1: 0.001 } },
    { type: 'ModelCheckpoint', filepath: 'checkpoints/{epoch:02d}' },
    { type: 'ModelCheckpoint', filepath: 'best', monitor: 'val_acc', save_best_only: true, save_weights_only: true },
    { type: 'CSVLogger', filename: 'keras.csv' },
    { type: 'TensorBoard', update_freq: 'batch' },
    'TerminateOnNaN',
    { type: 'TimeBudget', seconds: 1e6 },
  ]

  test('write their files to the folder of the run, and change nothing else', async () => {
    const cwd = folderWith({ callbacks })
    expect(await runCommand(['tiny.json'], { cwd })).toMatchObject({ code: 0 })
    const run = join(cwd, 'runs/tiny/1')
    const events = (folder: string) => readdirSync(join(run, 'logs', folder)).map((name) => `logs/${folder}/${name}`)
    const own = [
      'best/weights.bin',
      'best/weights_manifest.json',
      ...['01', '02'].flatMap((epoch) => ['model.json', 'weights.bin'].map((name) => `checkpoints/${epoch}/${name}`)),
      'keras.csv',
      ...events('train'),
      ...events('validation'),
    ]
    expect(filesIn(run)).toEqual([...FILES, ...own].toSorted())
    const same = (a: string, b: string) =>
      expect(readFileSync(join(run, a)).equals(readFileSync(join(run, b)))).toBe(true)
    // a checkpoint, which may be written over, has no checksum
    const withoutChecksum = read(run, 'model/model.json').replace(/ *"sha256": "[0-9a-f]{64}",\n/, '')
    expect(read(run, 'checkpoints/02/model.json')).toBe(withoutChecksum)
    same('checkpoints/02/weights.bin', 'model/weights.bin')
    const history = historyOf(run)
    expect(history.learning_rate).toEqual([0.01, 0.001])
    expect(read(run, 'keras.csv').split('\r\n')[2]).toContain(`1,${history.metrics.acc[1]},0.001,`)
    const [first, ...rest] = eventsOf(readFileSync(join(run, events('train')[0]!)))
    expect(first!.version).toBe('brain.Event:2')
    const batches = (from: number) => Array.from({ length: 8 }, (_, index) => `${from + index} batch_loss`)
    expect(rest.map(({ step, values }) => `${step} ${values[0]!.tag}`)).toEqual([
      ...batches(1),
      '0 epoch_loss',
      ...batches(9),
      '1 epoch_loss',
    ])
  })

  test('an interruption loses nothing that they wrote', async () => {
    const cwd = folderWith({ callbacks, fit: { ...TINY.fit, epochs: 100_000 } })
    let sent = false
    const result = await runCommand(['tiny.json'], {
      cwd,
      watch(child, stderr) {
        if (!sent && stderr.includes('Epoch 2/')) sent = child.kill('SIGINT')
      },
    })
    expect(result.code).toBe(130)
    const run = join(cwd, 'runs/tiny/1')
    const { epochs } = historyOf(run)
    expect(readdirSync(join(run, 'checkpoints'))).toHaveLength(epochs)
    expect(read(run, 'keras.csv').trimEnd().split('\r\n')).toHaveLength(epochs + 1)
    const [name] = readdirSync(join(run, 'logs/validation'))
    expect(eventsOf(readFileSync(join(run, 'logs/validation', name!)))).toHaveLength(2 * epochs + 1)
  })

  test('a time budget ends the run normally', async () => {
    const cwd = folderWith({ callbacks: [{ type: 'TimeBudget', seconds: 0.5 }], fit: { ...TINY.fit, epochs: 100_000 } })
    const { code, stderr } = await runCommand(['tiny.json'], { cwd })
    expect(code).toBe(0)
    const { stop, epochs, test } = historyOf(cwd, 'runs/tiny/1')
    expect(stop).toEqual({ reason: 'time_budget', epoch: epochs, step: expect.any(Number) })
    expect(test.acc).toEqual(expect.any(Number))
    expect(stderr).toContain(`Stopped in epoch ${epochs}, after ${stop.step} of 8 steps: the time budget is used up.\n`)
  })

  test('EarlyStopping among them is early stopping', async () => {
    const stopping = [{ type: 'EarlyStopping', monitor: 'loss', mode: 'max', restore_best_weights: true }]
    const cwd = folderWith({ callbacks: stopping, fit: { ...TINY.fit, epochs: 9 } })
    const { code, stderr } = await runCommand(['tiny.json'], { cwd })
    expect(code).toBe(0)
    expect(stderr).toContain('Stopped early after 2 epochs: loss has not improved for 1 epoch.\nBest epoch: 1, loss ')
    expect(historyOf(cwd, 'runs/tiny/1')).toMatchObject({ best: { epoch: 1 }, restored_best_weights: true })
  })
})

describe('errors before the run', () => {
  test('leaves no files, and reports every error', async () => {
    const cwd = folderWith({ optimizer: 'adm', seed: -1 })
    expect(await runMain(['tiny.json'], { cwd })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^tiny\.json:1:\d+ \/optimizer: found "adm".*did you mean "Adam"\?\ntiny\.json:1:\d+ \/seed: found -1.*\nThe spec has 2 problems\.\n$/,
      ),
    })
    expect(readdirSync(cwd)).toEqual(['tiny.json'])
  })

  test('a missing spec', async () => {
    const cwd = folderWith()
    const { code, stderr } = await runMain(['tny.json'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^tny\.json: no such file or folder; did you mean "tiny\.json"\?\n/)
  })

  test('a folder that is not empty', async () => {
    const cwd = folderWith()
    const { code, stderr } = await runMain(['tiny.json', '--out', '.'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toMatch(/The folder \. is not empty \(tiny\.json\); a run never overwrites anything\.\n$/)
    expect(readdirSync(cwd)).toEqual(['tiny.json'])
  })

  test('a history that cannot be written', async () => {
    const cwd = folderWith()
    expect(await runMain(['tiny.json', '--history', 'no/h.csv'], { cwd })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'Cannot write the history: no: no such file or folder.\n',
    })
    expect(readdirSync(cwd)).toEqual(['tiny.json'])
  })
})

test('setting the clock forward changes neither durations nor a time budget', async () => {
  const cwd = folderWith({ callbacks: [{ type: 'TimeBudget', seconds: 1000 }] })
  const leap = join(cwd, 'leap.mjs')
  writeFileSync(leap, 'const now = Date.now; let days = 0; Date.now = () => now() + days++ * 86_400_000\n')
  const { code } = await runCommand(['tiny.json'], { cwd, env: { NODE_OPTIONS: `--import=${leap}` } })
  const { total_seconds, seconds, stop } = historyOf(cwd, 'runs/tiny', '1')
  expect({ code, stop }).toEqual({ code: 0, stop: { reason: 'completed' } })
  for (const time of [total_seconds, ...seconds]) expect(time).toBeLessThan(1000)
})
