/** Rows of a source come back as they were, from memory and from a file. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/base/issue.js'
import { type Column, numberField } from '../../../src/data/column.js'
import { type Spooled, spool } from '../../../src/data/own/spool.js'
import type { Rows } from '../../../src/data/sources/source.js'
import { ownCache } from '../../support/own-cache.js'

const columns: Record<string, Column> = {
  picture: { shape: [3], dtype: 'uint8', divisor: 255, values: 'grey' },
  size: numberField,
  id: { values: 'integer' },
  name: { values: 'text' },
  pair: { shape: [2], dtype: 'float32', divisor: 1, values: 'real' },
}

const texts = ['', 'a', null, 'Grüße', '\u{1f600}', '\ud800', 'x'.repeat(300)]

/** Some rows in pieces of uneven size, one of which is empty. */
function* pieces(sizes: readonly number[]): Generator<Rows> {
  let from = 0
  for (const count of sizes) {
    const values = <Value>(make: (row: number) => Value, width = 1) =>
      Array.from({ length: count * width }, (_, index) => make(from * width + index))
    yield {
      from,
      count,
      columns: {
        picture: Uint8Array.from(values((at) => at % 256, 3)),
        size: Float32Array.from(values((row) => (row % 5 === 2 ? Number.NaN : row / 3))),
        id: Float64Array.from(values((row) => (row % 7 === 3 ? Number.NaN : 2 ** 52 + row))),
        name: values((row) => texts[row % texts.length]!),
        pair: Float32Array.from(values((at) => -at, 2)),
      },
    }
    from += count
  }
}

const sizes = [5, 1, 0, 17, 2]
const stream = (from: readonly number[] = sizes) => ({ columns, rows: () => pieces(from) })

/** The same rows in arrays of numbers that are used again for the next rows. */
function* piecesInOneRoom(): Generator<Rows> {
  for (const rows of pieces(sizes)) {
    yield rows
    for (const values of Object.values(rows.columns)) if (!Array.isArray(values)) (values as Float32Array).fill(77)
  }
}

async function allOf({ source }: Spooled, only?: readonly string[]): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {}
  let next = 0
  for await (const { from, count, columns } of source.rows(only)) {
    expect(from).toBe(next)
    next += count
    for (const [name, values] of Object.entries(columns))
      all[name] = [...(all[name] ?? []), ...(values as Iterable<unknown>)]
  }
  return all
}

const expected = () => {
  const [whole] = pieces([25])
  return Object.fromEntries(
    Object.entries(whole!.columns).map(([name, values]) => [name, [...(values as Iterable<unknown>)]]),
  )
}

const cache = ownCache()

/** Bytes that stay in memory: all, those of the first piece, none. */
describe.each([1e9, 400, 0])('with %s bytes in memory', (budget) => {
  test('rows are the same each time', async () => {
    const spooled = await spool(stream(), new Set(), { budget })
    expect(spooled.source.count).toBe(25)
    expect(await allOf(spooled)).toEqual(expected())
    expect(await allOf(spooled)).toEqual(expected())
    spooled.close()
  })

  test('a source may use its arrays again', async () => {
    const spooled = await spool({ columns, rows: piecesInOneRoom }, new Set(), { budget })
    expect(await allOf(spooled)).toEqual(expected())
    spooled.close()
  })

  test('some columns can be read alone', async () => {
    const spooled = await spool(stream(), new Set(), { budget })
    const { id, name, size } = expected()
    expect(await allOf(spooled, ['name', 'id'])).toEqual({ id, name })
    expect(await allOf(spooled, ['size'])).toEqual({ size })
    spooled.close()
  })

  test('gaps are counted, and rows with a gap in some columns are left out', async () => {
    const spooled = await spool(stream(), new Set(['size']), { budget })
    expect(spooled.gaps).toEqual({
      size: { count: 5, first: 3 },
      id: { count: 4, first: 4 },
      name: { count: 4, first: 3 },
    })
    expect(spooled.dropped).toBe(5)
    const kept = expected().id!.filter((_, row) => row % 5 !== 2)
    expect((await allOf(spooled)).id).toEqual(kept)
    spooled.close()
  })
})

test('nothing is left in the cache', async () => {
  const spooled = await spool(stream(), new Set(), { budget: 0 })
  expect(readdirSync(join(cache(), 'trainspec'))).toEqual([])
  spooled.close()
  expect(readdirSync(join(cache(), 'trainspec'))).toEqual([])
})

test('text of very many values comes back', async () => {
  const many = Array.from({ length: 70_000 }, (_, row) => (row % 1000 === 7 ? null : `${row}`))
  const text = { name: { values: 'text' } } as const
  const halves = [0, 35_000].map((from) => ({
    from,
    count: 35_000,
    columns: { name: many.slice(from, from + 35_000) },
  }))
  const spooled = await spool({ columns: text, rows: () => halves }, new Set(), { budget: 0 })
  expect((await allOf(spooled)).name).toEqual(many)
  spooled.close()
})

test('a cache that cannot be written is named', async () => {
  const file = join(cache(), 'file')
  writeFileSync(file, '')
  process.env.XDG_CACHE_HOME = file
  await expect(spool(stream(), new Set(), { budget: 0 })).rejects.toThrow(
    new UserError(
      `Cannot keep the rows that do not fit in memory: ${join(file, 'trainspec')}: a part of the path is a file, not a folder.`,
    ),
  )
})
