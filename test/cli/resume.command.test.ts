/** `train resume`, `--resume` and `--pause-after`: what goes on, what is refused, and the words about it. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { runCommand, temporaryFolder } from '../support/command.js'
import { runMain } from '../support/main.js'

const SPEC = { ...BARS_AND_STRIPES, fit: { epochs: 4, batch_size: 4, validation_split: 0.25 }, metrics: ['acc'] }

const folderWith = (changes: object = {}) => temporaryFolder({ 'spec.json': JSON.stringify({ ...SPEC, ...changes }) })

/** `train ...args` in the folder; -v 2 has a line for each epoch. */
const trainIn = (cwd: string) => (words: string) => runMain([...words.split(' '), '-v', '2'], { cwd })

/** All of a run that does not tell of time. */
function resultsOf(run: string) {
  const { started, total_seconds, seconds, ...history } = JSON.parse(readFileSync(join(run, 'history.json'), 'utf8'))
  return { history, weights: readFileSync(join(run, 'model/weights.bin')), spec: readFileSync(join(run, 'spec.json')) }
}

const rowsOf = (run: string) => readFileSync(join(run, 'history.csv'), 'utf8').trimEnd().split('\n')

test('a paused run goes on and ends as one without a pause', async () => {
  const cwd = folderWith({ expect: { acc: { min: 2 } } })
  const train = trainIn(cwd)
  expect((await train('spec.json --out straight')).code).toBe(1)
  const paused = await train('spec.json --out run --pause-after 3')
  // expectations wait for the end
  expect(paused.code).toBe(0)
  expect(paused.stderr).toMatch(/\nPaused after 3 epochs\.\nTook .*\nTo go on: train resume run\n$/)
  expect(resultsOf(join(cwd, 'run')).history).toMatchObject({ epochs: 3, stop: { reason: 'paused' }, test: null })
  const { code, stderr } = await train('resume run')
  expect(code).toBe(1)
  expect(stderr).toMatch(/\nGoing on from epoch 4, at its beginning\.\nEpoch 4\/4\n/)
  expect(resultsOf(join(cwd, 'run'))).toEqual(resultsOf(join(cwd, 'straight')))
  expect(rowsOf(join(cwd, 'run'))).toHaveLength(5)
})

describe('a complete run', () => {
  test('is left as it is, and has its exit code again', async () => {
    const cwd = folderWith({ expect: { acc: { min: 2 } } })
    const train = trainIn(cwd)
    await train('spec.json --out run')
    const before = readFileSync(join(cwd, 'run/history.json'))
    for (const words of ['resume run', 'spec.json --out run --resume']) {
      const { code, stderr } = await train(words)
      expect([code, stderr]).toEqual([1, 'The run in run is complete: nothing is left to do.\n'])
    }
    expect(readFileSync(join(cwd, 'run/history.json'))).toEqual(before)
    expect((await train('resume run --set fit.epochs=6')).stderr).toContain(
      'The run in run is complete and has no checkpoint, so it cannot go on.',
    )
  })

  test('with a checkpoint takes more epochs, and equals a longer run', async () => {
    const cwd = folderWith({ checkpoint: { every: 'epoch' } })
    const train = trainIn(cwd)
    await train('spec.json --out run')
    await train('spec.json --out straight --set fit.epochs=6')
    const { code, stderr } = await train('resume run --set fit.epochs=6')
    expect([code, stderr]).toEqual([0, expect.stringContaining('Going on from epoch 5, at its beginning.\n')])
    expect(resultsOf(join(cwd, 'run'))).toEqual(resultsOf(join(cwd, 'straight')))
  })

  test('that diverged says so, and goes on with other settings from finite weights', async () => {
    const learning_rate = { type: 'PiecewiseConstantDecay', boundaries: [7], values: [0.01, 3e38] }
    const cwd = folderWith({ checkpoint: { every: 1 }, optimizer: { type: 'SGD', learning_rate } })
    const train = trainIn(cwd)
    expect((await train('spec.json --out run')).code).toBe(3)
    const { code, stderr } = await train('resume run')
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^The run in run diverged in epoch \d, and would again\. To go on .*--allow-change/),
    ])
    const changed = await train('resume run --allow-change --set optimizer.learning_rate=0.01')
    expect(changed.code, changed.stderr).toBe(0)
    expect(JSON.parse(readFileSync(join(cwd, 'run/spec.json'), 'utf8')).optimizer.learning_rate).toBe(0.01)
  })
})

test('--resume begins a run that is not there, also after a kill before its spec was written', async () => {
  const cwd = folderWith()
  const train = trainIn(cwd)
  expect((await train('spec.json --out run --resume')).code).toBe(0)
  for (const name of readdirSync(join(cwd, 'run'))) {
    if (name !== 'preparation.json') rmSync(join(cwd, 'run', name), { recursive: true })
  }
  writeFileSync(join(cwd, 'run', 'spec.json.0123456789ab.tmp'), '{')
  expect((await train('spec.json --out run --resume')).code).toBe(0)
  expect(existsSync(join(cwd, 'run/history.json'))).toBe(true)
})

test('without a checkpoint a run that was cut off begins anew in its folder', async () => {
  const cwd = folderWith({ callbacks: [{ type: 'CSVLogger', filename: 'rows.csv' }] })
  const train = trainIn(cwd)
  await train('spec.json --out straight')
  await train('spec.json --out run')
  rmSync(join(cwd, 'run/history.json'))
  // as the run has left it, in the middle of its second epoch
  writeFileSync(join(cwd, 'run/rows.csv'), readFileSync(join(cwd, 'straight/rows.csv')).subarray(0, 40))
  await train('resume run')
  expect(resultsOf(join(cwd, 'run'))).toEqual(resultsOf(join(cwd, 'straight')))
})

describe('with --allow-change', () => {
  const changed = async (words: string) => {
    const cwd = folderWith()
    await trainIn(cwd)('spec.json --out run --pause-after 2')
    const before = resultsOf(join(cwd, 'run'))
    const result = await trainIn(cwd)(`resume run --allow-change ${words}`)
    return { ...result, before, after: result.code === 0 ? null : resultsOf(join(cwd, 'run')) }
  }

  test('another optimizer begins anew, with the weights of the checkpoint', async () => {
    const { code, stderr } = await changed('--set optimizer=RMSprop')
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/^Warning: The checkpoint has no values for .*; they begin anew$/m)
    expect(stderr).toContain('Going on from epoch 3, at its beginning.\n')
  })

  test('other callbacks begin anew', async () => {
    const stopping = JSON.stringify({ monitor: 'val_loss', patience: 1, baseline: 0 })
    const { code, stderr } = await changed(`--set early_stopping=${stopping}`)
    expect([code, stderr]).toEqual([0, expect.stringContaining('\nStopped early after 4 epochs: ')])
  })

  test.each([
    [
      'a weight of another shape',
      '--set model.layers=[{"type":"Dense","units":4},{"type":"Dense","units":2,"activation":"softmax"}]',
      'The weights of the checkpoint do not fit the changed model: ',
    ],
    ['other measures', '--set metrics=[]', 'The changed spec has other measures than the history of the run'],
  ])('%s is refused, and nothing is changed', async (_, words, message) => {
    const { code, stderr, before, after } = await changed(words)
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
    expect(after).toEqual(before)
  })
})

describe('is refused', () => {
  test('with another spec, and lists what differs', async () => {
    const cwd = folderWith()
    const train = trainIn(cwd)
    await train('spec.json --out run --pause-after 2')
    const { code, stderr } = await train('resume run --set optimizer.learning_rate=0.5 --set fit.epochs=3')
    expect([code, stderr]).toEqual([
      2,
      `The spec differs from that of the run in run:
  optimizer.learning_rate: 0.001 in the run, 0.5 now
  fit.epochs: 4 in the run, 3 now
With --allow-change the run goes on with the changed spec.
`,
    ])
    writeFileSync(join(cwd, 'other.json'), JSON.stringify({ ...SPEC, seed: 5, name: 'spec' }))
    expect((await train('other.json --out run --resume')).stderr).toContain('  seed: 0 in the run, 5 now\n')
    // these change no result
    expect((await train('resume run --set checkpoint.keep=3 --expect acc>=0')).code).toBe(0)
  })

  test('with other data, wherever they lie', async () => {
    const rows = (last: number) =>
      ['a,b', ...Array.from({ length: 40 }, (_, row) => `${row},${row === 39 ? last : row % 7}`)].join('\n')
    const own = {
      data: { source: 'rows.csv', features: { a: 'float' }, target: 'b' },
      model: { type: 'Sequential', layers: [{ type: 'Dense', units: 1 }] },
      loss: 'mse',
      fit: { epochs: 4, batch_size: 8 },
      engine: 'onnx',
    }
    const cwd = temporaryFolder({ 'spec.json': JSON.stringify(own), 'rows.csv': rows(3) })
    const train = trainIn(cwd)
    const paused = await train('spec.json --out run --pause-after 2')
    expect(paused.code, paused.stderr).toBe(0)
    writeFileSync(join(cwd, 'rows.csv'), rows(4))
    const { code, stderr } = await train('resume run')
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('The data have changed since the checkpoint was saved. '),
    ])
    expect(resultsOf(join(cwd, 'run')).history.stop).toEqual({ reason: 'paused' })
    expect((await train('resume run --allow-change --pause-after 3')).code).toBe(0)
    // the same rows, written again
    writeFileSync(join(cwd, 'rows.csv'), rows(4))
    expect((await train('resume run')).code).toBe(0)
  })

  test('a folder that is no run', async () => {
    const { code, stderr } = await trainIn(folderWith())('resume nowhere')
    expect([code, stderr]).toEqual([2, 'nowhere is not the folder of a run: no such folder\n'])
  })
})

test('on another number of processors it says that bits may differ', async () => {
  const cwd = folderWith()
  await trainIn(cwd)('spec.json --out run --pause-after 2')
  const path = join(cwd, 'run/state/1/checkpoint.json')
  const { computedBy } = JSON.parse(readFileSync(path, 'utf8')).checkpoint
  expect(computedBy).toMatchObject({ engine: 'onnx', device: 'cpu', precision: 'float32' })
  const { code, stderr } = await trainIn(cwd)('resume run --engine eager:cpu')
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(
      /^Warning: The checkpoint was computed by engine onnx, .*; now it is engine eager:cpu, .*within rounding, not bit for bit$/m,
    ),
  ])
})

test('SIGUSR1 saves a checkpoint, and training goes on', async () => {
  const cwd = folderWith({ fit: { epochs: 100_000, batch_size: 4 }, checkpoint: null })
  let asked = false
  let ended = false
  const { code, stderr } = await runCommand(['spec.json', '--out', 'run'], {
    cwd,
    watch(child, text) {
      if (!asked && text.includes('Epoch 2/')) asked = child.kill('SIGUSR1')
      if (!ended && text.includes('Saved a checkpoint: run/state/1\n')) ended = child.kill('SIGTERM')
    },
  })
  expect([code, ended]).toEqual([143, true])
  expect(stderr).toContain('To go on: train resume run\n')
  // of the two, the one at the end is kept
  expect(readdirSync(join(cwd, 'run/state'))).toEqual(['2'])
})
