/** Hundreds of damaged texts of each encoding are read, or refused in words, by the way of a spec. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/command.js'
import { forDamaged, someCopies } from '../support/damaged.js'
import { loaded } from '../support/own-data.js'

const TEXT = 'Grüße aus Köln, 日本語 \u{1f600}\nand a second line\n'
const BYTES = {
  'utf-8': Buffer.from(TEXT),
  'utf-16': Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(TEXT, 'utf16le')]),
}

const COPIES = someCopies(1000, 400)

const SPEC = {
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
}

test.each(['utf-8', 'utf-16'] as const)('damaged texts in %s', async (encoding) => {
  const counts = { read: 0, refused: 0 }
  const source = temporaryFolder()
  for (const name of ['a', 'b']) mkdirSync(join(source, name))
  writeFileSync(join(source, 'a/1.txt'), BYTES[encoding])
  const features = { text: { type: 'text', encoding, output_mode: 'count' } }
  await forDamaged(
    BYTES[encoding],
    async (bytes) => {
      writeFileSync(join(source, 'b/1.txt'), bytes)
      try {
        const { data } = await loaded({}, { source, features, cache: 'memory' }, SPEC)
        expect(data.train.count).toBe(2)
        counts.read++
      } catch (error) {
        expect(String(error).replaceAll(source, 'texts')).toMatch(/^Error: row 2: b\/1\.txt [^\n]*$/)
        counts.refused++
      }
    },
    COPIES,
  )
  expect(counts.read + counts.refused).toBeGreaterThanOrEqual(COPIES)
  expect(counts.read).toBeGreaterThan(COPIES / 10)
  expect(counts.refused).toBeGreaterThan(COPIES / 10)
})
