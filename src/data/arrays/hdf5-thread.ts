/**
 * The thread that reads HDF5 files, with the HDF5 library as WebAssembly (package `h5wasm`). It is a thread, because
 * damaged files can make the library crash, or never end. The library is in a cage: a file can name other files (links,
 * virtual and external data), which it would open; here it opens only those that the user named, and prints nothing.
 */
import { parentPort } from 'node:worker_threads'
import { BrokenSoftLink, Dataset, ExternalLink, File, Group, ready } from 'h5wasm/node'
import { utf8Text } from './element.js'
import type { Answered, Asked, Hdf5Attributes, Hdf5Entry, Hdf5Slice, Question, Result } from './hdf5-messages.js'

/** The file system as the library sees it. */
interface FileSystem {
  open(path: string, ...rest: readonly unknown[]): unknown
  stat(path: string): unknown
  lstat(path: string): unknown
  write(stream: unknown, buffer: unknown, offset: number, length: number): number
  readonly ErrnoError: new (code: number) => Error
}

/** Code of the system that the library is built for (WASI): there is no such file. */
const NO_FILE = 44

const library = await ready
/** The paths of the files that may be opened, by the names that the library knows them by. */
const allowed = new Map<string, string>()
cage(library.FS as unknown as FileSystem)

function cage(system: FileSystem): void {
  const { open, stat, ErrnoError } = system
  const pathOf = (name: string): string => {
    const path = allowed.get(name)
    if (path === undefined) throw new ErrnoError(NO_FILE)
    return path
  }
  system.open = (name, ...rest) => open.call(system, pathOf(name), ...rest)
  system.stat = (name) => stat.call(system, pathOf(name))
  system.lstat = system.stat
  system.write = (_stream, _buffer, _offset, length) => length
}

const files = new Map<string, File>()

function opened(path: string): File {
  const there = files.get(path)
  if (there) return there
  const name = `/${allowed.size}.h5`
  allowed.set(name, path)
  const file = new File(name, 'r')
  if (file.file_id < 0n) throw new Error('not opened')
  files.set(path, file)
  return file
}

parentPort!.on('message', ({ id, file, question }: Asked) => {
  let answered: Answered = { id }
  try {
    answered = { id, result: resultOf(file, question) }
  } catch (error) {
    // the library is of no more use; another thread takes the place of this one
    if (error instanceof WebAssembly.RuntimeError) throw error
  }
  const { result } = answered
  parentPort!.postMessage(answered, result instanceof Uint8Array ? [result.buffer] : [])
})

function resultOf(path: string, question: Question): Result {
  if ('close' in question) {
    files.get(path)?.close()
    files.delete(path)
    return null
  }
  const file = opened(path)
  if ('attributesOf' in question) return attributesOf(file, question.attributesOf)
  if ('list' in question) return file.paths().flatMap((path) => entryOf(file, path) ?? [])
  return question.read.isText ? textsOf(file, question.read) : withSlice(file, question.read, (bytes) => bytes.slice())
}

/** Limit on the texts of an attribute: more than the layers of any model. */
const MOST_TEXTS = 100_000
/** HDF5's number for the class of texts (H5T_class_t). */
const TEXT = 3

function attributesOf(file: File, path: string): Hdf5Attributes {
  const entry = path === '/' ? file : file.get(path)
  if (!(entry instanceof Group)) throw new Error('no group')
  const texts = Object.entries(entry.attrs).flatMap(([name, { metadata, shape }]) => {
    const count = (shape ?? [0]).reduce((product, size) => product * Number(size), 1)
    if (metadata.type !== TEXT || count > MOST_TEXTS || metadata.size * count > MOST_TEXT_BYTES) return []
    const value: unknown = entry.get_attribute(name, false)
    const isText = typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'))
    return isText ? [[name, value as string | string[]] as const] : []
  })
  return Object.fromEntries(texts)
}

/** Limit on the bytes of the texts of an attribute, if all have the same length. */
const MOST_TEXT_BYTES = 1 << 26

/** Returns undefined for a group. */
function entryOf(file: File, path: string): Hdf5Entry | undefined {
  const entry = file.get(path)
  if (entry instanceof Group) return undefined
  if (entry instanceof ExternalLink) return { path, otherFile: entry.filename }
  if (!(entry instanceof Dataset) || entry instanceof BrokenSoftLink) return { path }
  try {
    const { metadata, filters } = entry
    return { path, dataset: { metadata, filters } }
  } catch {
    return { path }
  }
}

/**
 * Reads rows as little-endian bytes, and gives them to `use` in the library's memory. `Dataset.slice` of the package
 * returns what that memory holds by chance if the library fails; the function below it, which is called here, says so.
 */
function withSlice<Value>(
  file: File,
  { dataset, from, count, rest, bytes }: Hdf5Slice,
  use: (bytes: Uint8Array, at: number, counts: bigint[]) => Value,
): Value {
  const at = library._malloc(bytes)
  if (at === 0) throw new Error('out of memory')
  try {
    const counts = rest === null ? [] : [count, ...rest].map(BigInt)
    const offsets = rest === null ? [] : [from, ...rest.map(() => 0)].map(BigInt)
    const strides = counts.map(() => 1n)
    const status = library.get_dataset_data(file.file_id, `/${dataset}`, counts, offsets, strides, BigInt(at))
    if (status < 0) throw new Error('not read')
    return use(library.HEAPU8.subarray(at, at + bytes), at, counts)
  } finally {
    library._free(at)
  }
}

/** Reads texts of any length: the bytes of the slice are addresses of them. */
const textsOf = (file: File, slice: Hdf5Slice): Result =>
  withSlice(file, slice, (bytes, at, counts) => {
    const memory = library.HEAPU8
    const addresses = new Uint32Array(memory.buffer, at, bytes.length / 4)
    const texts = Array.from(addresses, (address) =>
      address === 0 ? null : utf8Text(memory.subarray(address, memory.indexOf(0, address))),
    )
    library.reclaim_vlen_memory_count(file.file_id, `/${slice.dataset}`, '', BigInt(at), counts)
    return texts
  })
