/** Rows that were packed are those in memory, and a later run reads them without the source. */
import { readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openOwn } from '../../../src/data/own/open.js'
import { makeRoom } from '../../../src/data/packs/pack-folder.js'
import { readRows, type Table } from '../../../src/data/table.js'
import { UNWATCHED } from '../../../src/data/watch.js'
import { ownData } from '../../../src/spec/own-data.js'
import { temporaryFolder } from '../../support/command.js'
import { ownCache } from '../../support/own-cache.js'
import { loaded, openOwnSpec } from '../../support/own-data.js'

const cache = ownCache()

const packs = () => readdirSync(join(cache(), 'trainspec', 'packs')).filter((name) => name.endsWith('.pack'))

const COLOURS = ['red', 'blue', '', 'green']
const CSV = [
  'size,id,colour,share,kind',
  ...Array.from({ length: 500 }, (_, row) =>
    [row % 9 === 4 ? '' : row / 7, row % 20, COLOURS[row % 4], (row % 11) / 10, 'abc'[row % 3]].join(','),
  ),
].join('\n')

const DATA = {
  source: 'rows.csv',
  target: 'kind',
  features: {
    size: { type: 'float_normalized', missing: 'median' },
    id: 'integer_categorical',
    colour: 'string_categorical',
  },
  test: 0.2,
}
const FIT = { fit: { validation_split: 0.3 } }

/** The bytes of all rows. */
const valuesOf = (table: Table) =>
  Object.entries(readRows(table, 0, table.count, 1)).map(([name, { buffer }]) => [
    name,
    Buffer.from(buffer).toString('latin1'),
  ])

/** The path of a spec with such a file. */
const files = { 'rows.csv': CSV }

async function bothWays(data: object) {
  const { data: memory } = await loaded(files, { ...data, cache: 'memory' }, FIT)
  const { data: disk } = await loaded(files, { ...data, cache: 'disk' }, FIT)
  return [memory, disk] as const
}

test.each<[string, object]>([
  ['shuffled parts', {}],
  ['the last rows', { split: 'last' }],
  ['parts by column', { split: { hash: 'id' } }],
  ['rows without gaps', { missing: 'drop', features: ['size', 'colour'] }],
  ['a weight', { weight: 'share' }],
])('packed rows are those in memory: %s', async (_, data) => {
  const [memory, disk] = await bothWays({ ...DATA, ...data })
  expect(disk.form.rows).toEqual(memory.form.rows)
  for (const part of ['train', 'validation', 'test'] as const) {
    expect(valuesOf(disk[part])).toEqual(valuesOf(memory[part]))
  }
})

/** Opens such data in a folder, with little memory. */
const openIn = (folder: string, given: object, budget: number) =>
  openOwn({
    data: ownData.parse({ ...DATA, source: join(folder, 'rows.csv'), ...given }),
    seed: 7,
    fit: { validation_split: 0.3 },
    kindOf: () => 'class',
    watch: UNWATCHED,
    budget,
  })

test('rows that do not fit in memory are packed, others are not', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'rows.csv'), CSV)
  const { packed: none } = await (await openIn(folder, {}, 1e9)).load()
  expect(none).toBeUndefined()
  const small = await (await openIn(folder, {}, 1000)).load()
  expect(small.packed).toMatch(/^Packed the rows into the pack .*\.pack \(\d.*\)\.$/)
  const { train } = await (await openIn(folder, { cache: 'memory' }, 1000)).load()
  expect(valuesOf(small.train)).toEqual(valuesOf(train))
})

test('a second run reads the pack and not the source', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'rows.csv')
  writeFileSync(path, CSV)
  utimesSync(path, 1e9, 1e9)
  const first = await openIn(folder, { cache: 'disk' }, 0)
  const made = await first.load()
  // the same size and time, but no table any more
  writeFileSync(path, 'x'.repeat(CSV.length))
  utimesSync(path, 1e9, 1e9)
  const second = await openIn(folder, {}, 1e9)
  const found = await second.load()
  expect({ ...second.data, cache: '' }).toEqual({ ...first.data, cache: '' })
  expect(second.form).toEqual(first.form)
  expect(second.decided).toEqual([...first.decided, expect.stringMatching(/^Its rows come from the pack .*\.pack/)])
  expect(found.packed).toBeUndefined()
  for (const part of ['train', 'validation', 'test'] as const) {
    expect(valuesOf(found[part])).toEqual(valuesOf(made[part]))
  }
  // the spec of a run, in which everything is decided, leads to the same pack
  const { source: _, ...settled } = first.data
  expect((await openIn(folder, settled, 1e9)).decided).toHaveLength(3)
  expect(packs()).toHaveLength(1)
})

test('another file, seed or spec is not in the pack', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'rows.csv')
  writeFileSync(path, CSV)
  await (await openIn(folder, { cache: 'disk' }, 0)).load()
  const isPacked = async (given: object) => (await openIn(folder, given, 1e9)).decided.length === 3
  expect(await isPacked({})).toBe(true)
  expect(await isPacked({ test: 0.3 })).toBe(false)
  expect(await isPacked({ cache: 'memory' })).toBe(false)
  writeFileSync(path, CSV.replace('red', 'tan'))
  expect(await isPacked({})).toBe(false)
})

test('a pack that is cut short is made again', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'rows.csv'), CSV)
  await (await openIn(folder, { cache: 'disk' }, 0)).load()
  const pack = join(cache(), 'trainspec', 'packs', packs()[0]!)
  const whole = readFileSync(pack)
  truncateSync(pack, Math.floor(whole.length / 2))
  const again = await openIn(folder, { cache: 'disk' }, 0)
  expect(again.decided).toHaveLength(2)
  await again.load()
  expect(readFileSync(pack)).toEqual(whole)
})

test('two runs at once make one pack', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'rows.csv'), CSV)
  const both = await Promise.all([0, 1].map(async () => (await openIn(folder, { cache: 'disk' }, 0)).load()))
  expect(packs()).toHaveLength(1)
  expect(valuesOf(both[1]!.train)).toEqual(valuesOf(both[0]!.train))
})

test('packs that were used longest ago make room', async () => {
  for (const seed of [1, 2, 3]) {
    const { data } = await openOwnSpec(files, { ...DATA, cache: 'disk' }, { ...FIT, seed })
    await data.load()
  }
  const folder = join(cache(), 'trainspec', 'packs')
  const [old, kept, recent] = packs()
  const { size } = statSync(join(folder, old!))
  for (const [age, name] of [old, recent, kept].entries()) utimesSync(join(folder, name!), 1e9 + age, 1e9 + age)
  writeFileSync(join(folder, 'abandoned.pack.1234.tmp'), '')
  utimesSync(join(folder, 'abandoned.pack.1234.tmp'), 1e9, 1e9)
  await makeRoom(size, 3.5 * size)
  expect(packs().toSorted()).toEqual([kept, recent].toSorted())
  // of the names that lead to packs, those without a pack are gone
  expect(readdirSync(folder).filter((name) => name.endsWith('.key'))).toHaveLength(2)
  expect(readdirSync(folder)).toHaveLength(4)
})

test('a cache that cannot be written is named', async () => {
  writeFileSync(join(cache(), 'trainspec'), '')
  const { data } = await openOwnSpec(files, { ...DATA, cache: 'disk' }, FIT)
  await expect(data.load()).rejects.toThrow(`Cannot pack the rows: ${join(cache(), 'trainspec', 'packs')}: a part of`)
})
