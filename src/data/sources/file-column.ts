/** Columns whose values come from files that another column names. */
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Field } from '../../base/field.js'
import { isUrl } from '../../base/url.js'
import type { FileDecoder } from './file-decoders.js'

/** Limit on the size of a file. */
export const MOST_BYTES = 2 ** 28

/** A column of arrays, each made from a file. */
export interface FileColumn {
  readonly name: string
  /** Column whose text names the files. */
  readonly from: string
  /** Folder in which they lie. No file outside of it is read. */
  readonly folder: string
  /** Makes the path of the file, relative to the folder, from the text. */
  readonly pathOf: (text: string) => string
  /** True if the files were found on the disk, and not named by the user. */
  readonly isFound?: boolean
  readonly field: Field
  readonly decoder: FileDecoder
  /** Name of a column whose file must have the same size in pixels. */
  readonly sameSizeAs?: string
}

/** The path of a file, or what is wrong with its name. */
export function placeOf(
  { folder, pathOf }: FileColumn,
  text: string,
): { readonly path: string } | { readonly problem: string } {
  if (isUrl(text)) return { problem: 'is an address, must be the path of a file' }
  if (text.includes('\0')) return { problem: 'has a null byte in its name' }
  const path = resolve(folder, pathOf(text))
  const inside = relative(resolve(folder), path)
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    return { problem: `lies outside of the folder ${folder}; "directory" names the folder of the files` }
  }
  return { path }
}
