/** `--events`: one line of JSON for each event, to every kind of place, and the run goes on if the place fails. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { runCommand, runShell, temporaryFolder } from '../support/command.js'
import { documentOf } from '../support/schema.js'

const SPEC = {
  ...BARS_AND_STRIPES,
  metrics: ['acc'],
  fit: { epochs: 3, batch_size: 4, validation_split: 0.3 },
  callbacks: [{ type: 'ModelCheckpoint', filepath: 'best' }],
}

const folderWith = (changes: object = {}) => temporaryFolder({ 'spec.json': JSON.stringify({ ...SPEC, ...changes }) })

/** The events of a text, each of which fits the schema. */
const eventsOf = (text: string) =>
  text
    .split(/(?<=\n)/)
    .filter(Boolean)
    .map((line) => {
      expect(line.endsWith('\n')).toBe(true)
      return documentOf(line, 'events.schema.json')
    })
const namesOf = (text: string): string[] => [...new Set(eventsOf(text).map(({ event }) => event))]
const ALL = ['warning', 'start', 'batch', 'validation', 'epoch', 'checkpoint', 'stop', 'end']

test('standard output has nothing but events, and they have the numbers of history.json', async () => {
  const cwd = folderWith()
  const expectation = ['--expect', 'acc>=2']
  const { code, stdout } = await runCommand(['spec.json', '--out', 'out', '--events', '-', ...expectation], { cwd })
  expect(code).toBe(1)
  const events = eventsOf(stdout)
  expect(namesOf(stdout)).toEqual(ALL)
  const history = JSON.parse(readFileSync(join(cwd, 'out/history.json'), 'utf8'))
  const epochs = events.filter(({ event }) => event === 'epoch')
  expect(epochs.map(({ metrics }) => metrics.val_acc)).toEqual(history.metrics.val_acc)
  expect(epochs.map(({ seconds }) => seconds)).toEqual(history.seconds)
  expect(events.find(({ event }) => event === 'checkpoint')).toMatchObject({ epoch: 1, path: join(cwd, 'out/best') })
  expect(events.at(-1)).toMatchObject({
    outcome: 'expectation_failed',
    directory: 'out',
    scores: { test_acc: history.test.acc },
    expectations: history.expectations,
  })
})

test('the same run has the same numbers with and without a stream', async () => {
  const cwd = folderWith()
  await runCommand(['spec.json', '--out', 'with', '--events', 'events.jsonl'], { cwd })
  await runCommand(['spec.json', '--out', 'without'], { cwd })
  const [one, other] = ['with', 'without'].map((run) => readFileSync(join(cwd, run, 'model/weights.bin')))
  expect(one).toEqual(other)
})

describe.runIf(process.platform !== 'win32')('a place', () => {
  test.each([
    ['a file', '$train spec.json --events events.jsonl'],
    ['a file of the shell', '$train spec.json --events fd:3 3> events.jsonl'],
    ['a pipe of the shell', '{ $train spec.json --events fd:3 3>&1 >&2 | cat > events.jsonl; }'],
    ['a pipe that is opened late', 'mkfifo p; (sleep 1; cat p > events.jsonl) & $train spec.json --events p; wait'],
  ])('%s gets all events', async (_, line) => {
    const cwd = folderWith()
    const { code, stderr } = await runShell(line, { cwd })
    expect(code, stderr).toBe(0)
    expect(stderr).not.toContain('incomplete')
    expect(namesOf(readFileSync(join(cwd, 'events.jsonl'), 'utf8'))).toEqual(ALL)
  })

  test.each([
    ['standard output', '{ $train spec.json --out out --events - 2> said; echo $? > code; } | head -n 2 > two'],
    [
      'a pipe with a name',
      'mkfifo p; head -n 2 p > two & $train spec.json --out out --events p 2> said; echo $? > code',
    ],
  ])('%s whose reader goes away early: nothing is said, and the run is whole', async (_, line) => {
    const cwd = folderWith({ fit: { epochs: 300, batch_size: 16, validation_split: 0.3 } })
    const textOf = (file: string) => readFileSync(join(cwd, file), 'utf8')
    await runShell(line, { cwd })
    expect(textOf('code')).toBe('0\n')
    expect(textOf('said')).toContain('Files: out')
    expect(textOf('said')).not.toMatch(/events|EPIPE/)
    expect(eventsOf(textOf('two'))).toHaveLength(2)
    expect(readdirSync(join(cwd, 'out'))).toContain('model')
  })

  test('a reader that reads nothing until the end does not stop training, and gets every epoch then', async () => {
    const cwd = folderWith({ fit: { epochs: 600, batch_size: 16, validation_split: 0.3 }, callbacks: [] })
    const reader = 'while ! test -e out/history.json; do sleep 0.1; done; cat > all'
    await runShell(`$train spec.json --out out --events - | { ${reader}; }`, { cwd })
    const text = readFileSync(join(cwd, 'all'), 'utf8')
    expect(text.length).toBeGreaterThan(150_000)
    expect(eventsOf(text).filter(({ event }) => event === 'epoch')).toHaveLength(600)
  })

  test.runIf(process.platform === 'linux').each([
    ['a full disk', '/dev/full', 'the disk is full'],
    ['a folder that is missing', 'no/such/file', 'no such file or folder'],
    ['a descriptor that is not open', 'fd:99', 'it is not open for this operation'],
  ])('%s: one warning, and the run is whole', async (_, place, words) => {
    const cwd = folderWith()
    const { code, stderr } = await runCommand(['spec.json', '--out', 'out', '--events', place], { cwd })
    expect(code, stderr).toBe(0)
    expect(stderr.match(/^Warning: The events in .*$/gm)).toEqual([
      `Warning: The events in ${place} are incomplete: ${words}. Training continues.`,
    ])
    expect(readdirSync(join(cwd, 'out'))).toContain('history.json')
  })
})

test.each([
  ['no number', ['--events', 'fd:x'], '--events: found "fd:x", must be fd: and the number of a file descriptor'],
  [
    'standard output twice',
    ['--events', '-', '--history', '-'],
    '--history and --events cannot both be standard output',
  ],
  ['the file of the history', ['--events', 'a', '--history', './a'], 'are the same file'],
  ['the spec', ['--events', 'spec.json'], 'would overwrite the spec'],
])('%s is refused before work', async (_, args, words) => {
  const cwd = folderWith()
  const { code, stderr } = await runCommand(['spec.json', ...args], { cwd })
  expect(code).toBe(2)
  expect(stderr).toContain(words)
  expect(readdirSync(cwd)).toEqual(['spec.json'])
})

describe('the last event says how the run ended', () => {
  test('interrupted', async () => {
    const cwd = folderWith({ fit: { epochs: 1_000_000, batch_size: 16 }, callbacks: [] })
    let isDone = false
    const { stdout } = await runCommand(['spec.json', '--out', 'out', '--events', '-'], {
      cwd,
      watch(child, text) {
        if (!isDone && text.includes('Epoch 2/')) child.kill('SIGINT')
        isDone ||= text.includes('Epoch 2/')
      },
    })
    const [stop, end] = eventsOf(stdout).slice(-2)
    expect(stop).toMatchObject({ event: 'stop', reason: 'interrupted', step: expect.any(Number) })
    expect(end).toMatchObject({ event: 'end', outcome: 'interrupted', directory: 'out' })
  })

  test('diverged', async () => {
    const cwd = folderWith({ optimizer: { type: 'SGD', learning_rate: 3e38 } })
    const { code, stdout } = await runCommand(['spec.json', '--events', '-'], { cwd })
    expect(code).toBe(3)
    const [stop, end] = eventsOf(stdout).slice(-2)
    expect(stop).toMatchObject({ event: 'stop', reason: 'diverged', epoch: 1, tensor: expect.any(String) })
    expect(end).toMatchObject({ event: 'end', outcome: 'diverged' })
  })

  test('failed', async () => {
    const cwd = folderWith({ fit: { k_fold: 2, epochs: 1 } })
    const { code } = await runCommand(['spec.json', '--history', 'h.json', '--events', 'e.jsonl'], { cwd })
    expect(code).toBe(2)
    const [end] = eventsOf(readFileSync(join(cwd, 'e.jsonl'), 'utf8')).slice(-1)
    expect(end).toMatchObject({ outcome: 'failed', message: expect.stringContaining('cannot be used with "k_fold"') })
  })
})

test('folds and stages each have a start and a stop, and there is one end', async () => {
  const folds = folderWith({ fit: { k_fold: 2, epochs: 1 }, callbacks: [] })
  const { stdout } = await runCommand(['spec.json', '--events', '-', '--expect', 'val_acc>=0'], { cwd: folds })
  expect(eventsOf(stdout).flatMap(({ event, fold }) => (event === 'start' ? [fold] : []))).toEqual([1, 2])
  expect(eventsOf(stdout).at(-1)).toMatchObject({ outcome: 'done', expectations: [{ key: 'val_acc', passed: true }] })
  const stack = temporaryFolder({
    'spec.json': JSON.stringify({
      data: { dataset: 'bars-and-stripes', size: 3, flatten: true },
      model: { type: 'DBN', rbms: [{ hidden_units: 4 }, { hidden_units: 3 }], fine_tune: null },
    }),
  })
  const stages = await runCommand(['spec.json', '--events', '-'], { cwd: stack })
  const titles = eventsOf(stages.stdout).flatMap(({ event, stage }) => (event === 'start' ? [stage] : []))
  expect(titles).toEqual([expect.stringMatching(/RBM 1/), expect.stringMatching(/RBM 2/)])
  expect(eventsOf(stages.stdout).filter(({ event }) => event === 'end')).toHaveLength(1)
})
