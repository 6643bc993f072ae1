/** Columns whose values come from files that another column names. */
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Field, Numbers } from '../../base/field.js'
import { isUrl } from '../../base/url.js'

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
  /** Writes the values of a row, or returns what is wrong, to continue a sentence beginning with the name of the file. */
  decode(bytes: Uint8Array, into: Numbers): Promise<FileFacts | { readonly problem: string }>
  /** Name of a column whose file must have the same size in pixels. */
  readonly sameSizeAs?: string
}

/** Facts about a file that was decoded. */
export interface FileFacts {
  /** Height and width in pixels. */
  readonly size?: readonly [number, number]
  /** True if a picture was turned as it says itself. */
  readonly turned?: boolean
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
