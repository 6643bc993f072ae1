/** Windows, sequences and sounds through the command: training, evaluation of the run, and bad input. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../../support/command.js'
import { ownSpec } from '../../support/own-data.js'
import { wavFile } from '../../support/wav.js'

const csv = (header: string, rows: readonly (readonly (number | string)[])[]): string =>
  `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`

const counted = <Made>(count: number, make: (index: number) => Made): Made[] =>
  Array.from({ length: count }, (_, index) => make(index))

const classifier = (...layers: object[]) => ({
  model: { type: 'Sequential', layers: [...layers, { type: 'Dense', units: 'auto', activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
  fit: { epochs: 2, batch_size: 4 },
})

const wave = csv(
  't,v,y',
  counted(80, (t) => [t, Math.sin(t / 5), t % 3]),
)
const spoken = csv(
  'g,t,v,y',
  counted(24, (g) => counted(3 + (g % 4), (t) => [`g${g}`, t, (g % 3) + t / 8, `kind${g % 3}`])).flat(),
)
const sounds = Object.fromEntries(
  counted(12, (n) => [`${n}.wav`, wavFile(counted(40 + n, (at) => Math.sin(at / (1 + (n % 2)))))]),
)
const listed = csv(
  'file,y',
  counted(12, (n) => [`${n}.wav`, n % 2 === 0 ? 'low' : 'high']),
)

type Case = readonly [files: Record<string, string | Uint8Array>, data: object, rest: object]

const CASES: Readonly<Record<string, Case>> = {
  windows: [
    { 'a.csv': wave },
    {
      ...{ source: 'a.csv', features: { v: 'float_normalized' }, target: { column: 'y', type: 'number' }, test: 0.2 },
      window: { sequence_length: 8, order_by: 't', horizon: { from: 1, to: 2 } },
    },
    {
      model: {
        type: 'Sequential',
        layers: [
          { type: 'GRU', units: 3 },
          { type: 'Dense', units: 'auto' },
        ],
      },
      ...{ loss: 'mse', fit: { epochs: 2, batch_size: 4, validation_split: 0.25 } },
    },
  ],
  sequences: [
    { 'a.csv': spoken },
    {
      source: 'a.csv',
      features: { v: 'float_normalized' },
      target: 'y',
      test: 0.25,
      sequence: { group: 'g', order_by: 't' },
    },
    classifier({ type: 'Masking' }, { type: 'GRU', units: 3 }),
  ],
  sounds: [
    { ...sounds, 'a.csv': listed },
    {
      ...{ source: 'a.csv', target: 'y', test: 0.25 },
      features: {
        sound: {
          ...{ type: 'audio', column: 'file' },
          steps: [{ type: 'MelSpectrogram', fft_length: 16, sequence_stride: 8, num_mel_bins: 4 }, 'Standardize'],
        },
      },
    },
    classifier({ type: 'Flatten' }),
  ],
}

test.each(Object.entries(CASES))(
  '%s: a run can be evaluated, and is the same from a pack',
  async (_, [files, data, rest]) => {
    const lines: unknown[] = []
    for (const cache of ['memory', 'disk']) {
      const cwd = dirname(ownSpec(files, { ...data, cache }, { ...rest, seed: 3 }))
      const env = { ...process.env, XDG_CACHE_HOME: join(cwd, 'cache') }
      const trained = await runCommand(['spec.json', '--out', 'run', '--engine', 'onnx'], { cwd, env })
      expect(trained).toMatchObject({ code: 0 })
      expect(existsSync(join(cwd, 'cache/trainspec/packs'))).toBe(cache === 'disk')
      const { metrics, test: scores } = JSON.parse(readFileSync(join(cwd, 'run/history.json'), 'utf8'))
      lines.push([metrics, scores])
      // the data are prepared as in training, without the spec that was trained
      writeFileSync(join(cwd, 'spec.json'), '{}')
      const evaluated = await runCommand(['evaluate', 'run', '--json'], { cwd, env })
      expect(evaluated).toMatchObject({ code: 0 })
      expect(JSON.parse(evaluated.stdout)).toMatchObject({ test: scores })
    }
    expect(lines[1]).toEqual(lines[0])
  },
)

test('train data proposes a spec for a folder of sounds', async () => {
  const cwd = temporaryFolder()
  for (const [name, bytes] of Object.entries(sounds)) {
    const folder = join(cwd, 'sounds', Number.parseInt(name, 10) % 2 === 0 ? 'low' : 'high')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  const { code, stdout } = await runCommand(['data', 'sounds', '--json'], { cwd })
  expect(code).toBe(0)
  const { columns, fields, proposal } = JSON.parse(stdout)
  expect(columns).toMatchObject([
    { name: 'audio', use: 'input', type: 'audio' },
    { name: 'label', use: 'target', type: 'class' },
  ])
  expect(fields).toMatchObject([{ name: 'audio', shape: [32, 4] }, { name: 'label' }])
  expect(proposal).toContain('"type": "MelSpectrogram", "sampling_rate": 16000, "fft_length": 32')
})

describe('bad input ends the command before the first step', () => {
  const ends = async ([files, data, rest]: Case) => {
    const cwd = dirname(ownSpec(files, data, rest))
    const { code, stdout, stderr } = await runCommand(['spec.json'], { cwd })
    expect({ code, stdout, hasRun: existsSync(join(cwd, 'runs')) }).toEqual({ code: 2, stdout: '', hasRun: false })
    return stderr
  }

  test('a window that is longer than the series', async () => {
    const [files, data, rest] = CASES.windows!
    const window = { sequence_length: 80, order_by: 't' }
    expect(await ends([files, { ...data, window }, rest])).toMatch(
      /a\.csv: the series has 48 rows to train on, but a window with its target needs 81; make the window shorter/,
    )
  })

  test('two rows at one time', async () => {
    const [files, data, rest] = CASES.windows!
    expect(await ends([{ 'a.csv': `${files['a.csv']}7,0,0\n` }, data, rest])).toMatch(
      /row 81 of .*a\.csv, column "t": found "7", which row 8 has too, must be there once in the series; "group" names/,
    )
  })

  test('rows of a sequence with different targets', async () => {
    const [files, data, rest] = CASES.sequences!
    expect(await ends([{ 'a.csv': `${files['a.csv']}g0,99,0,other\n` }, data, rest])).toMatch(
      /column "y": found "other", but row 1 of the same sequence has "kind0"/,
    )
  })

  test('sounds that are cut, empty, compressed, or no sounds', async () => {
    const [files, data, rest] = CASES.sounds!
    const bad = {
      ...{ '1.wav': sounds['1.wav']!.subarray(0, 60), '2.wav': new Uint8Array(), '3.wav': Buffer.from('ID3 song') },
      '4.wav': wavFile([0], { tag: 85 }),
    }
    const stderr = await ends([{ ...files, ...bad }, data, rest])
    expect(stderr).toMatch(/row 2: 1\.wav is cut short: it has 16 bytes of sound, must have 82/)
    expect(stderr).toMatch(/row 3: 2\.wav is empty/)
    expect(stderr).toMatch(/row 4: 3\.wav is no WAV file/)
    expect(stderr).toMatch(/row 5: 4\.wav has samples compressed as MP3/)
  })
})
