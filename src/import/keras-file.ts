/**
 * Opens `.keras` files: a ZIP archive of config.json, metadata.json and model.weights.h5
 * (keras/src/saving/saving_lib.py). Also those of tf.keras.
 */
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatBytes } from '../base/bytes.js'
import { UserError } from '../base/issue.js'
import { sizeOf } from '../base/shape.js'
import { counted, doneWith } from '../base/temporary.js'
import { memberBytes, membersOf } from '../data/arrays/archive.js'
import type { Bytes } from '../data/arrays/bytes.js'
import { type Hdf5Tree, openHdf5Tree } from '../data/arrays/hdf5-tree.js'
import { ATTENTION_PARTS, SPECTRAL_VECTOR } from '../export/keras/layer-paths.js'
import { dialectOf } from './dialect.js'
import type { FoundModel, NeedyLayer, StoredWeight } from './found-model.js'
import { own, ownText, parseOutside } from './outside.js'

const KIND = '.keras'
const CONFIG = 'config.json'
const METADATA = 'metadata.json'
const WEIGHTS = 'model.weights.h5'

/** Limit on the bytes of a JSON text, in which a layer needs some thousand. */
export const MOST_JSON = 64e6

/** Opens a file. Throws a UserError if it is damaged, or no model. */
export async function openKerasFile(path: string): Promise<FoundModel> {
  const members = new Map((await membersOf(path, path, KIND)).map((entry) => [entry.fileName, entry]))
  const bytesOf = (member: string): Bytes | undefined => {
    const entry = members.get(member)
    return entry && memberBytes(path, `${path}: ${member}`, entry, KIND)
  }
  const config = bytesOf(CONFIG)
  if (!config) throw new UserError(`${path}: has no ${CONFIG}; this is no model of Keras`)
  const text = await textOf(config)
  const topology = parseOutside(text, config.name)
  const metadata = bytesOf(METADATA)
  const version = metadata && ownText(parseOutside(await textOf(metadata), metadata.name), 'keras_version')
  const weights = bytesOf(WEIGHTS)
  let unpacked: Unpacked | undefined
  return {
    path,
    dialect: dialectOf(version, text),
    topology,
    compiled: own(topology, 'compile_config') ?? undefined,
    weights: weights
      ? {
          async find(layers) {
            unpacked = await unpack(weights, mostBytes(layers))
            return layers.map((layer) => weightsOf(layer, unpacked!.tree))
          },
        }
      : null,
    close: async () => unpacked?.close(),
  }
}

async function textOf(bytes: Bytes): Promise<string> {
  if (bytes.size! > MOST_JSON)
    throw new UserError(`${bytes.name}: has ${formatBytes(bytes.size!)}, must have at most ${formatBytes(MOST_JSON)}`)
  const reader = await bytes.start()
  try {
    const text = new Uint8Array(bytes.size! + 1)
    const count = await reader.fill(text)
    if (count !== bytes.size)
      throw new UserError(`${bytes.name}: states ${bytes.size} bytes, has another number of them`)
    return new TextDecoder().decode(text.subarray(0, count))
  } finally {
    await reader.close()
  }
}

/** Numbers beside each weight: those of an optimizer, in 32 or 64 bits. */
const MOST_COPIES = 10
/** Bytes of groups and attributes. */
const OVERHEAD = 1 << 26

/** Most bytes that a file with these weights can have. */
function mostBytes(layers: readonly NeedyLayer[]): number {
  const numbers = layers.flatMap(({ weights }) => weights).reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return OVERHEAD + 4 * MOST_COPIES * numbers
}

interface Unpacked {
  readonly tree: Hdf5Tree
  close(): Promise<void>
}

/** Unpacks the weights into a temporary file, because the HDF5 library reads from any place. */
async function unpack(bytes: Bytes, most: number): Promise<Unpacked> {
  if (bytes.size! > most) {
    throw new UserError(`${bytes.name}: states ${formatBytes(bytes.size!)}, more than the layers of the model can have`)
  }
  const folder = counted(await mkdtemp(join(tmpdir(), 'trainspec-')))
  const remove = async () => {
    await rm(folder, { recursive: true, force: true })
    doneWith(folder)
  }
  try {
    const path = join(folder, WEIGHTS)
    await copy(bytes, path)
    const tree = await openHdf5Tree(path, bytes.name)
    return {
      tree,
      close: async () => {
        tree.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

const PIECE = 1 << 22

async function copy(bytes: Bytes, path: string): Promise<void> {
  const reader = await bytes.start()
  const file = await open(path, 'wx', 0o600)
  try {
    const piece = new Uint8Array(PIECE)
    for (let left = bytes.size!; ; ) {
      const count = await reader.fill(piece)
      left -= count
      if (left < 0) throw new UserError(`${bytes.name}: has more bytes than it states`)
      await file.write(piece.subarray(0, count))
      if (count < PIECE) return
    }
  } finally {
    await file.close()
    await reader.close()
  }
}

/** Groups of the layers of a model; the second is that of tf.keras. */
const CONTAINERS = ['layers', '_layer_checkpoint_dependencies']

/** Finds the weights of a layer: `layers/bidirectional/forward_layer/cell/vars/0`. */
function weightsOf({ place, weights }: NeedyLayer, tree: Hdf5Tree): readonly StoredWeight[] {
  const counts = new Map<string, number>()
  const bases = CONTAINERS.map((container) => place.path.map((name) => `${container}/${name}`).join('/'))
  return weights.flatMap(({ name }) => {
    const within = name.split('/').slice(0, -1)
    const group = within.join('/')
    // the kernel is before it
    const index = name === SPECTRAL_VECTOR ? 1 : (counts.get(group) ?? 0)
    counts.set(group, index + 1)
    const paths = within.reduce(
      (all, part) => all.flatMap((path) => partsOf(part).map((one) => `${path}/${one}`)),
      bases,
    )
    const all = paths.flatMap((path) => [`${path}/vars/${index}`, `${path}/cell/vars/${index}`])
    for (const path of all) {
      const tensor = tree.tensor(path)
      if (tensor) return [{ name: path, ...tensor }]
    }
    return []
  })
}

/** Attributes of the layer in Keras that hold the layer of this name in ours. */
function partsOf(name: string): readonly string[] {
  if (name.startsWith('forward_')) return ['forward_layer', 'layer']
  if (name.startsWith('backward_')) return ['backward_layer', 'layer']
  const projection = ATTENTION_PARTS[name]
  return projection === undefined ? ['layer'] : [projection, `_${projection}`, 'layer']
}
