/** The table of `train bench`, from data. */
import { expect, test } from 'vitest'
import type { BenchReport } from '../../src/export/bench-report.js'
import { benchLines } from '../../src/report/bench.js'

const REPORT: BenchReport = {
  ...{ version: 1, name: 'mnist-mlp', batch_size: 128, precision: 'float32', trainspec: '0.1.0', node: '20.20.2' },
  ...{ processor: 'A processor', started: '2026-01-01T00:00:00.000Z', rounds: 5, steps_per_turn: 100, budget_ms: 1000 },
  auto: { engine: 'a', device: 'cpu', note: 'Engine a on cpu (no NVIDIA driver).' },
  engines: [
    {
      ...{ name: 'a', device: 'cpu', versions: {}, steps: 500, median_ms: 1.9, minimum_ms: 1.8, ratio: 1 },
      ...{ round_medians_ms: [1.9], peak_memory_bytes: 612e6 },
    },
    {
      ...{ name: 'b:slow', device: 'gpu:0', versions: {}, steps: 10, median_ms: 538.4, minimum_ms: 531, ratio: 283.4 },
      ...{ round_medians_ms: [538.4], peak_memory_bytes: 1.25e9 },
    },
  ],
  left_out: [{ name: 'c', problem: 'Engine c has no library; `get c` installs it.' }],
}

test('all of it', () => {
  expect(benchLines(REPORT)).toEqual([
    'Training step of mnist-mlp, batch 128, float32; 5 turns per engine, at most 100 steps or 1 s each.',
    '',
    'engine  device   median  minimum  times as long  steps  peak memory',
    'a       cpu     1.90 ms  1.80 ms           1.00    500     612.0 MB',
    'b:slow  gpu:0    538 ms   531 ms            283     10      1.25 GB',
    '',
    'Skipped:',
    '  c: Engine c has no library; `get c` installs it.',
    'Engine auto selects a on cpu (no NVIDIA driver).',
  ])
})

test('one turn, nothing skipped, nothing about auto', () => {
  const lines = benchLines({ ...REPORT, rounds: 1, left_out: [], auto: null })
  expect(lines[0]).toBe(
    'Training step of mnist-mlp, batch 128, float32; 1 turn per engine, at most 100 steps or 1 s each.',
  )
  expect(lines).toHaveLength(5)
})
