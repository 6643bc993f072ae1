/** A model of sequences of classes: trained from a JSON Lines file, evaluated, asked, and handed on. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'

/** Words of which each letter is written once to three times. */
const ROWS = Array.from({ length: 60 }, (_, row) => {
  const word = Array.from({ length: 1 + (row % 3) }, (_, at) => 'abc'[(row * 7 + at * 2 + (row >> 2)) % 3]!)
  // no letter follows itself, so that the word can be read
  const kept = word.filter((letter, at) => letter !== word[at - 1])
  return { text: kept.map((letter, at) => letter.repeat(1 + ((row + at) % 3))).join(''), word: kept.join('') }
})

const SPEC = {
  data: {
    source: 'words.jsonl',
    features: { text: { type: 'text', split: 'character', output_sequence_length: 9 } },
    target: 'word',
  },
  model: {
    type: 'Sequential',
    layers: [
      { type: 'Embedding', input_dim: 'auto', output_dim: 8 },
      { type: 'Bidirectional', layer: { type: 'GRU', units: 12, return_sequences: true } },
      { type: 'Dense', units: 'auto' },
    ],
  },
  loss: 'ctc',
  optimizer: { type: 'Adam', learning_rate: 0.02 },
  engine: 'onnx',
  fit: { epochs: 40, batch_size: 10, validation_split: 0.2 },
}

test('words are learned from texts', async () => {
  const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  const asked = [{ text: 'aabbb' }, { text: 'c' }, { text: 'cccaab' }]
  const folder = temporaryFolder({
    'words.jsonl': lines(ROWS),
    'asked.jsonl': lines(asked),
    'long.jsonl': lines([{ text: 'a', word: 'abababab' }]),
    'spec.json': JSON.stringify(SPEC),
  })
  const inFolder = { cwd: folder }
  const trained = await runCommand(['spec.json', '--out', 'run'], inFolder)
  expect(trained.stderr + trained.stdout).toContain('Target "word": sequences of up to 3 of class 1 "a", 2 "b", 3 "c"')
  expect(trained.code).toBe(0)
  const history = JSON.parse(readFileSync(join(folder, 'run/history.json'), 'utf8'))
  expect(history.metrics.val_loss.at(-1)).toBeLessThan(0.5)

  const predicted = await runCommand(['predict', 'run', 'asked.jsonl'], inFolder)
  expect(predicted.stdout.trim().split('\n')).toEqual(['predicted_word', 'ab', 'c', 'cab'])
  const evaluated = await runCommand(['evaluate', 'run', 'words.jsonl'], inFolder)
  expect(evaluated.code).toBe(0)
  const refused = await runCommand(['evaluate', 'run', 'long.jsonl'], inFolder)
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('found 8 classes, must be at most 3, the "max_length" of the target')
  const exported = await runCommand(['export', 'run', '--to', 'keras', '-o', 'model.keras'], inFolder)
  expect(exported.stderr).toBe('')
  expect(exported.code).toBe(0)
}, 120_000)
