/** Data of the user, in files in a temporary folder. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import type { Data, OpenData } from '../../src/data/data.js'
import { readRows, type Table } from '../../src/data/table.js'
import { type CheckedSpec, readSpec } from '../../src/run/read-spec.js'
import { temporaryFolder } from './command.js'

/** Writes files, and a spec with this `data` that trains a small network unless it says otherwise; returns its path. */
export function ownSpec(files: Readonly<Record<string, string | Uint8Array>>, data: object, rest: object = {}): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  const path = join(folder, 'spec.json')
  writeFileSync(path, JSON.stringify({ ...NETWORK, data, ...rest }))
  return path
}

const NETWORK = {
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
}

/** The settings of a spec whose target is a number. */
export const REGRESSION = {
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto' }] },
  loss: 'mse',
}

/** Reads a spec and its data. Throws what it lists if it has problems. */
export async function openOwnSpec(...spec: Parameters<typeof ownSpec>): Promise<CheckedSpec> {
  const read = await readSpec(ownSpec(...spec), [], Readable.from([]))
  if ('spec' in read) return read
  throw new Error(read.issues.map(({ message }) => message).join('\n'))
}

/** The messages of the problems of a spec with its data, without the folder of the files. */
export async function problemsOf(...spec: Parameters<typeof ownSpec>): Promise<string[]> {
  const path = ownSpec(...spec)
  const read = await readSpec(path, [], Readable.from([]))
  const folder = path.slice(0, -'spec.json'.length)
  if ('spec' in read) return []
  const problems = read.issues.map(({ source, pointer, message, nearest }) => {
    const place = pointer === '' ? source : pointer
    const hint = nearest === undefined ? '' : ` (${nearest}?)`
    return `${place}: ${message}${hint}`
  })
  return [...problems, ...(read.summary === undefined ? [] : [read.summary])].map((line) => line.replaceAll(folder, ''))
}

/** The values of each field of a part, `stored / divisor`, by key. */
export function valuesIn(table: Table): Record<string, number[]> {
  const stored = readRows(table, 0, table.count, null)
  return Object.fromEntries(
    Object.entries(stored).map(([key, values]) => [
      key,
      Array.from(values, (value) => value / table.fields[key]!.divisor),
    ]),
  )
}

export const loaded = async (...spec: Parameters<typeof ownSpec>): Promise<{ open: OpenData; data: Data }> => {
  const { data } = await openOwnSpec(...spec)
  return { open: data, data: await data.load() }
}
