/**
 * The HDF5 library as WebAssembly (package `h5wasm`), in a cage. A file can name other files (links, virtual and
 * external data), which the library would open. Here it opens only the files that the user named, and prints nothing.
 */
import type { Dataset, File } from 'h5wasm/node'
import { UserError } from '../../base/issue.js'

type Package = typeof import('h5wasm/node')

/** The file system as the library sees it. */
interface FileSystem {
  open(path: string, ...rest: readonly unknown[]): unknown
  stat(path: string): unknown
  lstat(path: string): unknown
  write(stream: unknown, buffer: unknown, offset: number, length: number): number
  readonly ErrnoError: new (code: number) => Error
}

export interface Hdf5Library extends Pick<Package, 'Dataset' | 'Group' | 'ExternalLink' | 'BrokenSoftLink'> {
  readonly module: Package['Module']
  /** Opens a file. Returns undefined if it cannot be read. */
  open(path: string): File | undefined
}

export type { Dataset, File }

/** Code of the system that the library is built for (WASI): there is no such file. */
const NO_FILE = 44

let loading: Promise<Hdf5Library> | undefined

/** Loads the library once. */
export function hdf5Library(): Promise<Hdf5Library> {
  loading ??= load()
  return loading
}

async function load(): Promise<Hdf5Library> {
  const { ready, File, Dataset, Group, ExternalLink, BrokenSoftLink } = await import('h5wasm/node')
  const module = await ready
  const system = module.FS as unknown as FileSystem
  const { open, stat, ErrnoError } = system
  /** The paths of the files that may be opened, by the names that the library knows them by. */
  const files = new Map<string, string>()
  const pathOf = (name: string): string => {
    const path = files.get(name)
    if (path === undefined) throw new ErrnoError(NO_FILE)
    return path
  }
  system.open = (name, ...rest) => open.call(system, pathOf(name), ...rest)
  system.stat = (name) => stat.call(system, pathOf(name))
  system.lstat = system.stat
  system.write = (_stream, _buffer, _offset, length) => length
  return {
    ...{ module, Dataset, Group, ExternalLink, BrokenSoftLink },
    open(path) {
      const name = `/${files.size}.h5`
      files.set(name, path)
      const file = new File(name, 'r')
      return file.file_id < 0n ? undefined : file
    },
  }
}

export const DAMAGED = 'is damaged, or has parts that this version of the HDF5 library cannot read'

/** Calls the library. Turns any error of it into one for the user, because only the file can cause it. */
export function inWords<Result>(name: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${name}: ${DAMAGED}`)
  }
}
