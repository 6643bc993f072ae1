/** Opens files of arrays as tables. */
import { resolve } from 'node:path'
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import type { RawTable } from '../sources/raw-table.js'
import type { ArrayFile, OpenArrayFile } from './array-file.js'
import { arrayTable } from './array-table.js'
import { type Block, joined } from './block.js'
import { fileBytes } from './bytes.js'
import { openHdf5 } from './hdf5.js'
import { idxBlock } from './idx.js'
import { npyBlock } from './npy.js'
import { openNpz } from './npz.js'

interface Format {
  /** Matches the names of its files. */
  readonly names: RegExp
  readonly open: OpenArrayFile
}

const FORMATS: readonly Format[] = [
  {
    names: /\.npy$/i,
    open: async (path, name, column) => ofOne(await npyBlock(await fileBytes(path, name), column)),
  },
  { names: /\.npz$/i, open: openNpz },
  { names: /\.(?:h5|hdf5?|he5)$/i, open: openHdf5 },
  {
    // train-images-idx3-ubyte.gz
    names: /(?:\.idx|[.-]idx\d-\w+)(?:\.gz)?$/i,
    open: async (path, name, column) => ofOne(await idxBlock(path, name, column ?? 'x')),
  },
]

/** For messages. */
const ENDINGS = '.npy, .npz, .h5, .hdf5, .idx, -idx3-ubyte, .idx.gz'

const ofOne = (block: Block): ArrayFile => ({ blocks: [block], unusable: {}, close: () => {} })

const formatOf = (path: string): Format | undefined => FORMATS.find(({ names }) => names.test(path))

/** True if the name of a file says that it holds arrays. */
export const isArrayFile = (path: string): boolean => formatOf(path) !== undefined

/**
 * Opens files as one table. Paths are relative to `folder`.
 *
 * A list has the parts of one array, or files with the same arrays, whose rows come one after another. Columns are
 * those of the files: a matrix in a .npy file has `column_1`, `column_2`, ...; any other array there is column `x`; an
 * archive has a column for each of its arrays. An object names the columns; each file of a column holds one array.
 */
export async function openArrays(
  source: readonly string[] | Named<readonly string[]>,
  folder: string,
): Promise<RawTable> {
  const isList = Array.isArray(source)
  const columns = isList
    ? [[null, source as readonly string[]] as const]
    : Object.entries(source as Named<readonly string[]>)
  const files: ArrayFile[] = []
  const close = () => {
    for (const file of files) file.close()
  }
  try {
    const blocks: Block[] = []
    for (const [column, paths] of columns) {
      const shards: ArrayFile[] = []
      for (const path of paths) {
        const file = await opened(path, folder, column)
        files.push(file)
        shards.push(file)
      }
      blocks.push(...sideBySide(shards, paths))
    }
    const unusable = Object.fromEntries(files.flatMap((file) => Object.entries(file.unusable)))
    return arrayTable({ name: columns[0]![1][0]!, blocks, unusable, close })
  } catch (error) {
    close()
    throw error
  }
}

function opened(path: string, folder: string, column: string | null): Promise<ArrayFile> {
  const format = formatOf(path)
  if (format === undefined) throw new UserError(`${path}: must be a file of arrays, which ends in ${ENDINGS}`)
  return format.open(resolve(folder, path), path, column)
}

/** Joins the blocks of files by their columns. */
function sideBySide(files: readonly ArrayFile[], paths: readonly string[]): Block[] {
  if (files.every(({ blocks }) => blocks.length === 1)) return [joined(files.map(({ blocks }) => blocks[0]!))]
  const names = new Set(files.flatMap(({ blocks }) => blocks.map(keyOf)))
  return [...names].map((name) => {
    const parts = files.map(({ blocks }) => blocks.find((block) => keyOf(block) === name))
    const without = parts.indexOf(undefined)
    if (without >= 0) {
      const other = parts.findIndex((part) => part !== undefined)
      throw new UserError(`${paths[without]}: has no array ${JSON.stringify(name)}, unlike ${paths[other]}`)
    }
    return joined(parts as Block[])
  })
}

const keyOf = ({ columns }: Block): string => Object.keys(columns)[0]!
