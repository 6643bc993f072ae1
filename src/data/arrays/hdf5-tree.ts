/** Reads HDF5 files that are trees of groups with attributes, such as those of Keras. */
import { UserError } from '../../base/issue.js'
import { sizeOf } from '../../base/shape.js'
import { floatsOf, type NumericArray } from './element.js'
import { sizeOfHdf5 } from './hdf5.js'
import { ask, closeHdf5, PATIENCE_MS } from './hdf5-client.js'
import { hdf5Block, typeOf } from './hdf5-dataset.js'
import type { Hdf5Attributes, Hdf5Entry } from './hdf5-messages.js'

export interface Hdf5Tree {
  /** Texts among the attributes of the group at a path; '/' is the file itself. */
  attributesOf(group: string): Promise<Hdf5Attributes>
  /** The dataset at a path; undefined if there is none. */
  tensor(path: string): Hdf5Tensor | undefined
  close(): void
}

export interface Hdf5Tensor {
  readonly shape: readonly number[]
  /** Throws a UserError if the values are no numbers, or cannot be read. */
  read(): Promise<Float32Array>
}

/** Opens a file. Throws a UserError that begins with `name` if it is no HDF5 file, or damaged. */
export async function openHdf5Tree(path: string, name: string): Promise<Hdf5Tree> {
  const bytes = await sizeOfHdf5(path, name)
  try {
    const listed = (await ask(path, { list: true }, name, PATIENCE_MS)) as readonly Hdf5Entry[]
    const entries = new Map(listed.map((entry) => [entry.path, entry]))
    return {
      attributesOf: async (group) =>
        (await ask(path, { attributesOf: group }, `${name}: ${group}`, PATIENCE_MS)) as Hdf5Attributes,
      tensor(at) {
        const entry = entries.get(at)
        const shape = entry?.dataset?.metadata.shape
        if (!entry || !shape) return undefined
        const place = { path, bytes, name: `${name}: ${at}`, patienceMs: PATIENCE_MS }
        return {
          shape: shape.map(Number),
          read: () => (shape.length === 0 ? readValue(place, entry) : readRows(place, entry)),
        }
      },
      close: () => closeHdf5(path),
    }
  } catch (error) {
    closeHdf5(path)
    throw error
  }
}

type Place = Parameters<typeof hdf5Block>[0]

async function readRows(place: Place, entry: Hdf5Entry): Promise<Float32Array> {
  const block = hdf5Block(place, entry, 'x')
  const { kind, shape } = block.columns.x!
  if (kind === 'text') throw new UserError(`${place.name}: holds text, must hold numbers`)
  const width = sizeOf(shape)
  const values = new Float32Array(block.rows * width)
  const reader = await block.start(['x'])
  for (let row = 0; row < block.rows; ) {
    const count = Math.min(block.rowsAtOnce, block.rows - row)
    const { columns } = await reader.next(count)
    values.set(floatsOf(columns.x as NumericArray), row * width)
    row += count
  }
  return values
}

/** Reads a dataset with a single value and no axes. */
async function readValue(
  { path, name, patienceMs }: Place,
  { path: dataset, dataset: found }: Hdf5Entry,
): Promise<Float32Array> {
  const type = typeOf(found!.metadata)
  if ('problem' in type || type.kind === 'text') throw new UserError(`${name}: must hold a number`)
  const read = { dataset, from: 0, count: 1, rest: null, bytes: type.bytes, isText: false }
  return floatsOf(type.decode((await ask(path, { read }, name, patienceMs)) as Uint8Array) as NumericArray)
}
