/** Sounds in own data: in folders by class, or named by a table. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../support/command.js'
import { loaded, openOwnSpec, problemsOf, valuesIn } from '../../support/own-data.js'
import { wavFile } from '../../support/wav.js'

const NETWORK = {
  model: { type: 'Sequential', layers: [{ type: 'Flatten' }, { type: 'Dense', units: 'auto', activation: 'softmax' }] },
}

/** Sounds of 3 to 6 samples in two classes. */
function folderOfSounds(): string {
  const folder = join(temporaryFolder(), 'sounds')
  for (const [index, name] of ['high', 'low'].entries()) {
    mkdirSync(join(folder, name), { recursive: true })
    for (const file of [1, 2]) {
      const samples = Array.from({ length: 2 * index + file + 2 }, (_, at) => (index === 0 ? at : -at) / 8)
      writeFileSync(join(folder, name, `${file}.wav`), wavFile(samples))
    }
  }
  writeFileSync(join(folder, 'README.txt'), 'Sounds')
  return folder
}

test('a folder of sounds by class needs no more', async () => {
  const { open, data } = await loaded({}, { source: folderOfSounds() }, NETWORK)
  expect(open.form.inputs).toEqual({ audio: { shape: [6], dtype: 'float32', divisor: 1, values: 'real' } })
  expect(valuesIn(data.train)).toEqual({
    'x:audio': [
      ...[0, 1, 2, 0, 0, 0].map((at) => at / 8),
      ...[0, 1, 2, 3, 0, 0].map((at) => at / 8),
      ...[0, -1, -2, -3, -4, 0].map((at) => (at + 0) / 8),
      ...[0, -1, -2, -3, -4, -5].map((at) => (at + 0) / 8),
    ],
    'y:label': [0, 0, 1, 1],
  })
  // the next run decides nothing
  expect(open.data).toMatchObject({
    features: { audio: { type: 'audio', sampling_rate: 16000, output_sequence_length: 6 } },
    target: { column: 'label', class_names: ['high', 'low'] },
  })
})

const TWO = { 'a.wav': wavFile([0, 0.5]), 'b.wav': wavFile([0.25, 0.75, -0.5, -0.75], { channels: 2 }) }
const csv = (...files: string[]) => ['file,y', ...files.map((file, row) => `${file},${'ab'[row % 2]}`)].join('\n')
const dataOf = (feature: object = {}) => ({
  source: 'table.csv',
  features: { sound: { type: 'audio', column: 'file', ...feature } },
  target: 'y',
})

describe('sounds that a table names', () => {
  test('are mixed to one channel, padded with zeros, and go through steps', async () => {
    const files = { ...TWO, 'table.csv': csv('a.wav', 'b.wav') }
    const plain = await loaded(files, dataOf({ output_sequence_length: 3 }), NETWORK)
    expect(valuesIn(plain.data.train)['x:sound']).toEqual([0, 0.5, 0, 0.5, -0.625, 0])
    const steps = [{ type: 'STFTSpectrogram', frame_length: 2, frame_step: 1, mode: 'magnitude', window: null }]
    const { data } = await loaded(files, dataOf({ output_sequence_length: 3, steps }), NETWORK)
    expect(data.form.inputs.sound!.shape).toEqual([2, 2])
  })

  test('have as many channels as the files, without mono', async () => {
    const files = { 'b.wav': TWO['b.wav'], 'table.csv': csv('b.wav', 'b.wav') }
    const { data } = await loaded(files, dataOf({ mono: false }), NETWORK)
    expect(data.form.inputs.sound!.shape).toEqual([2, 2])
    expect(valuesIn(data.train)['x:sound']!.slice(0, 4)).toEqual([0.25, 0.75, -0.5, -0.75])
  })

  test('are resampled to a given rate', async () => {
    const files = { 'c.wav': wavFile([0, 0.5, 0, -0.5], { sampling_rate: 8000 }), 'table.csv': csv('c.wav', 'c.wav') }
    const { data } = await loaded(files, dataOf({ sampling_rate: 16000 }), NETWORK)
    expect(data.form.inputs.sound!.shape).toEqual([8])
  })

  test('the longest decides their length, also if its header is long', async () => {
    const long = Buffer.from(wavFile([0.5, 0.5, 0.5], { hasNotes: true }))
    const at = long.indexOf('LIST')
    const notes = Buffer.alloc(100_000)
    const size = Buffer.alloc(4)
    size.writeUInt32LE(notes.length)
    const bytes = Buffer.concat([long.subarray(0, at + 4), size, notes, long.subarray(long.indexOf('data'))])
    const files = { 'a.wav': TWO['a.wav'], 'long.wav': bytes, 'table.csv': csv('a.wav', 'long.wav') }
    const { data } = await loaded(files, dataOf(), NETWORK)
    expect(data.form.inputs.sound!.shape).toEqual([3])
  })

  test('a spec with everything decided gives the same data', async () => {
    const files = { ...TWO, 'table.csv': csv('a.wav', 'b.wav', 'a.wav') }
    const first = await openOwnSpec(files, dataOf(), NETWORK)
    const settled = { ...first.spec.data, source: 'table.csv' }
    const second = await openOwnSpec(files, settled, NETWORK)
    expect(valuesIn((await second.data.load()).train)).toEqual(valuesIn((await first.data.load()).train))
    expect({ ...second.spec.data, source: '' }).toEqual({ ...first.spec.data, source: '' })
  })
})

describe('what is refused, with file and row', () => {
  test('files that cannot be read', async () => {
    const files = {
      ...{ 'a.wav': TWO['a.wav'], 'cut.wav': TWO['a.wav'].subarray(0, -1), 'empty.wav': new Uint8Array() },
      ...{ 'html.wav': Buffer.from('<html></html>'), 'law.wav': wavFile([0], { tag: 6, bits: 8 }) },
      'table.csv': csv('a.wav', 'cut.wav', 'empty.wav', 'html.wav', 'law.wav', '../a.wav'),
    }
    expect((await problemsOf(files, dataOf(), NETWORK)).slice(0, 5)).toEqual([
      expect.stringMatching(/row 2: cut\.wav is cut short: it has 3 bytes of sound, must have 4$/),
      expect.stringMatching(/row 3: empty\.wav is empty$/),
      expect.stringMatching(/row 4: html\.wav is no WAV file/),
      expect.stringMatching(/row 5: law\.wav has samples compressed as A-law/),
      expect.stringMatching(/row 6: .*a\.wav lies outside of the folder/),
    ])
  })

  test.skipIf(process.platform === 'win32')('a pipe, without waiting for what another program writes', async () => {
    const folder = temporaryFolder()
    execFileSync('mkfifo', [join(folder, 'pipe.wav')])
    writeFileSync(join(folder, 'table.csv'), csv('pipe.wav', 'pipe.wav'))
    const source = join(folder, 'table.csv')
    expect((await problemsOf({}, { ...dataOf(), source }, NETWORK)).join()).toContain(
      'row 1: pipe.wav is a device or a pipe, must be a file',
    )
  })

  test('files of another rate, or of another number of channels', async () => {
    const files = {
      ...{ ...TWO, 'slow.wav': wavFile([0, 0.5], { sampling_rate: 8000 }) },
      'table.csv': csv('a.wav', 'slow.wav', 'b.wav'),
    }
    expect(await problemsOf(files, dataOf({ mono: false }), NETWORK)).toEqual([
      expect.stringContaining(
        'row 2: slow.wav has 8000 samples a second, the first file 16000; "sampling_rate" in its feature resamples them',
      ),
      expect.stringContaining('row 3: b.wav has 2 channels, the first file 1; "mono": true takes their mean'),
      expect.any(String),
    ])
  })

  test('files that are not there', async () => {
    const files = { ...TWO, 'table.csv': csv('a.wav', 'c.wav') }
    expect((await problemsOf(files, dataOf(), NETWORK)).join('\n')).toMatch(/c\.wav/)
  })

  test('a step that takes them for sounds of another rate', async () => {
    const files = { 'c.wav': wavFile([0, 0.5], { sampling_rate: 8000 }), 'table.csv': csv('c.wav', 'c.wav') }
    expect(await problemsOf(files, dataOf({ steps: ['MelSpectrogram'] }), NETWORK)).toEqual([
      '/data/features/sound/steps/0/sampling_rate: found 16000, must be 8000, the rate of the sounds',
    ])
  })

  test('sounds that are too short for a step', async () => {
    const files = { ...TWO, 'table.csv': csv('a.wav', 'b.wav') }
    expect((await problemsOf(files, dataOf({ steps: ['STFTSpectrogram'] }), NETWORK)).join()).toContain(
      'found 2 samples, but "frame_length" of "STFTSpectrogram" is 256',
    )
  })
})
