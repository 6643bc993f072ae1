/** The report of `train doctor`, from data. */
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { DoctorReport, EngineFinding } from '../../src/export/doctor-report.js'
import { doctorLines } from '../../src/report/doctor.js'
import { REPORT_WIDTH } from '../../src/report/table.js'

const UNAVAILABLE: EngineFinding = {
  ...{ name: 'c', state: 'unavailable', problem: 'Engine c has no library; `get c` installs it.', compiled: null },
  ...{ device: null, versions: {}, matrix_product: null, elementwise_update: null, step: null },
}

const REPORT: DoctorReport = {
  version: 1,
  healthy: true,
  trainspec: '0.1.0',
  node: '20.20.2',
  system: 'linux x64',
  processor: { name: 'A processor', cores: 2, features: ['AVX2', 'bfloat16'] },
  nvidia: { devices: ['NVIDIA H100', 'NVIDIA T4'], cuda: '12.4', problem: null },
  tensorflow: {
    places: [
      { source: 'train setup', folder: '/home/me/.cache/x/tensorflow', found: true, cuda: true, counts: true },
      { source: 'Python in /home/me/venv', folder: '/home/me/venv/lib', found: true, cuda: false, counts: false },
      { source: '@tensorflow/tfjs-node', folder: '/home/menno/lib', found: false, cuda: false, counts: false },
    ],
    problem: null,
  },
  auto: { engine: 'a', device: 'gpu:0', note: 'Engine a on gpu:0.' },
  engines: [
    {
      ...{ name: 'a', state: 'right', problem: null, compiled: true, device: 'gpu:0', versions: { la: '1.2' } },
      matrix_product: { size: 8192, runs: 50, per_second: 51.2e12 },
      elementwise_update: { size: 2 ** 24, runs: 50, per_second: 2.9e12 },
      step: { steps: 200, median_ms: 0.71, minimum_ms: 0.695 },
    },
    {
      ...{ name: 'b:slow', state: 'wrong', problem: 'Engine b:slow gives wrong results on cpu.', compiled: false },
      ...{ device: 'cpu', versions: { lb: '3.4' }, matrix_product: null, elementwise_update: null, step: null },
    },
    UNAVAILABLE,
  ],
}

const PLAIN = { color: false, home: '/home/me' }

test('all of it', () => {
  expect(doctorLines(REPORT, PLAIN)).toEqual([
    'trainspec 0.1.0, Node 20.20.2, linux x64',
    '',
    'Devices',
    '  Processor  A processor, 2 cores: AVX2, bfloat16',
    '  NVIDIA     gpu:0 NVIDIA H100, gpu:1 NVIDIA T4; driver for CUDA 12.4',
    '',
    'Engines',
    '                         product     n     update    array     step  minimum  steps',
    '  ✓  a       gpu:0  51.2 TFLOP/s  8192  2.90 TB/s  67.1 MB  0.71 ms  0.69 ms    200',
    '  ✗  b:slow  cpu',
    '     Engine b:slow gives wrong results on cpu.',
    '  -  c',
    '     Engine c has no library; `get c` installs it.',
    '  ✓: trains a small network with the same results as the reference. product: of two n by n matrices.',
    '  update: reads and writes two arrays. step: a training step of specs/mnist-mlp.json, median and',
    '  minimum.',
    '',
    'Libraries',
    '  la 1.2, lb 3.4',
    "  TensorFlow's C library, in the order of the search: ✓ used, + found but not used, - not found.",
    '  ✓  train setup            ~/.cache/x/tensorflow, with CUDA',
    '  +  Python in ~/venv       ~/venv/lib',
    '  -  @tensorflow/tfjs-node  /home/menno/lib',
    '',
    'Engine auto selects a on gpu:0.',
    'This machine can train.',
  ])
})

test('if nothing works and the system tells little', () => {
  const lines = doctorLines(
    {
      ...REPORT,
      healthy: false,
      processor: { name: 'A processor', cores: 1, features: null },
      nvidia: { devices: [], cuda: null, problem: 'no NVIDIA driver' },
      tensorflow: { places: [], problem: 'The variable names a folder without it.' },
      auto: null,
      engines: [UNAVAILABLE],
    },
    PLAIN,
  )
  expect(lines.slice(3)).toEqual([
    '  Processor  A processor, 1 core',
    '  NVIDIA     none: no NVIDIA driver',
    '',
    'Engines',
    '  -  c',
    '     Engine c has no library; `get c` installs it.',
    '',
    'Libraries',
    "  TensorFlow's C library, in the order of the search: ✓ used, + found but not used, - not found.",
    '  The variable names a folder without it.',
    '',
    'No compiled engine works correctly on this machine; see above for how to fix it.',
  ])
})

test('colour changes no letter, and sentences are broken', () => {
  const problem = `Engine c cannot be used ${'because of this and that '.repeat(20)}.`
  const report: DoctorReport = { ...REPORT, engines: [...REPORT.engines, { ...UNAVAILABLE, problem }] }
  const plain = doctorLines(report, PLAIN)
  const colored = doctorLines(report, { ...PLAIN, color: true })
  expect(colored).not.toEqual(plain)
  expect(colored.map((line) => stripVTControlCharacters(line))).toEqual(plain)
  for (const line of plain) expect(line.length).toBeLessThanOrEqual(REPORT_WIDTH)
})
