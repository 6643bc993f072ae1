/** Hundreds of damaged WAV files of each kind are read, or refused in words, by the way of a spec. */
import { expect, test } from 'vitest'
import { forDamaged, someCopies } from '../support/damaged.js'
import { loaded } from '../support/own-data.js'
import { type WavOptions, wavFile } from '../support/wav.js'

const SAMPLES = Array.from({ length: 24 }, (_, index) => Math.sin(index))

const COPIES = someCopies(1000, 400)

const SPEC = {
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
}

test.each<[WavOptions]>([
  [{ bits: 8 }],
  [{ bits: 16, channels: 2, hasNotes: true }],
  [{ bits: 24, isExtensible: true }],
  [{ bits: 32, isFloat: true }],
])('damaged files %j', async (options) => {
  const counts = { read: 0, refused: 0 }
  const whole = wavFile(SAMPLES, options)
  const rows = '{"file":"whole.wav","y":"a"}\n{"file":"damaged.wav","y":"b"}\n'
  const features = { sound: { type: 'audio', column: 'file', sampling_rate: 16000, output_sequence_length: 8 } }
  await forDamaged(
    whole,
    async (bytes) => {
      const files = { 'a.jsonl': rows, 'whole.wav': whole, 'damaged.wav': bytes }
      try {
        const { data } = await loaded(files, { source: 'a.jsonl', features, target: 'y', cache: 'memory' }, SPEC)
        expect(data.train.count).toBe(2)
        counts.read++
      } catch (error) {
        expect(String(error)).toMatch(/^Error: row 2: damaged\.wav (is|has|says) [^\n]*$/)
        counts.refused++
      }
    },
    COPIES,
  )
  expect(counts.read + counts.refused).toBeGreaterThanOrEqual(COPIES)
  expect(counts.refused).toBeGreaterThan(COPIES / 5)
})
