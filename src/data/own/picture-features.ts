/** The columns that features of type image are made of. */
import { dirname } from 'node:path'
import type { Field } from '../../base/field.js'
import type { FeatureSpec } from '../../spec/features.js'
import { CHANNELS } from '../../spec/pictures.js'
import { decodePicture } from '../pictures/decode.js'
import { type Fitting, fitted } from '../pictures/fit.js'
import type { FileColumn } from '../sources/file-column.js'
import type { RawTable, RowTable } from '../sources/raw-table.js'
import { firstFile } from '../sources/with-files.js'
import type { Feature } from './feature.js'

export type PictureFeature = Extract<Feature, { readonly type: 'image' }>

export const isPicture = <Given extends FeatureSpec>(
  feature: Given,
): feature is Extract<Given, { readonly type: 'image' }> => feature.type === 'image'

/** The names that the column of a feature or of a target can have: the second if the table has one of the first. */
export const madeNames = (name: string, of: 'picture' | 'sound' = 'picture'): readonly [string, string] => [
  name,
  `${name} (${of})`,
]

/** The name of the column that is made for a feature or a target, which is none of the table. */
export const madeColumn = (
  name: string,
  { columns }: Pick<RawTable, 'columns'>,
  of: 'picture' | 'sound' = 'picture',
): string => madeNames(name, of)[Object.hasOwn(columns, name) ? 1 : 0]

/** Settles how pixels are stored, by the first picture. */
export async function withDtype(feature: PictureFeature, table: RawTable): Promise<PictureFeature> {
  if (feature.dtype !== null) return feature
  const first = await firstFile(table, pictureColumn(feature, table))
  const picture = first && (await decodePicture(first, 3))
  const isDeep = picture && 'samples' in picture && picture.samples instanceof Uint16Array
  return { ...feature, dtype: isDeep ? 'float32' : 'uint8' }
}

/** Folder of the files that a column names. */
const folderOf = (directory: string | null, { folder, name }: RowTable): string => directory ?? folder ?? dirname(name)

const asWritten = (text: string): string => text

/** The column that is made for a feature. */
export function pictureColumn(feature: PictureFeature, table: RowTable): FileColumn {
  const { color_mode, dtype } = feature
  const field: Field = { ...fieldOf(feature.image_size, CHANNELS[color_mode]), dtype: dtype ?? 'uint8' }
  return {
    ...filesOf(feature, table),
    field,
    decode: (bytes, into) => writePicture(bytes, CHANNELS[color_mode], feature, into),
  }
}

/** The files that the column of a feature names. */
export const filesOf = (
  { made, column, directory }: Pick<PictureFeature, 'made' | 'column' | 'directory'>,
  table: RowTable,
): Omit<FileColumn, 'field' | 'decode'> => ({
  name: made ?? column,
  from: column,
  folder: folderOf(directory, table),
  pathOf: asWritten,
  isFound: table.holds !== undefined && directory === null,
})

export const fieldOf = ([height, width]: readonly number[], channels: number): Field => ({
  shape: [height!, width!, channels],
  dtype: 'uint8',
  divisor: 1,
  values: 'real',
})

/** Writes the pixels of a picture after it got its size. */
export async function writePicture(
  bytes: Uint8Array,
  channels: 1 | 3 | 4,
  fitting: Fitting,
  into: Parameters<FileColumn['decode']>[1],
): ReturnType<FileColumn['decode']> {
  const picture = await decodePicture(bytes, channels)
  if ('problem' in picture) return picture
  const { shape, samples, turned } = picture
  const isDeep = samples instanceof Uint16Array
  const pixels = fitted(samples, shape, fitting, isDeep || into instanceof Int32Array ? undefined : into)
  // 16 bits are brought to the range of 8
  const values = isDeep ? Float32Array.from(pixels, (value) => value / 257) : pixels
  if (values === into) return { size: [shape[0], shape[1]], turned }
  if (into instanceof Uint8Array) bytesOf(into).set(values)
  else into.set(values)
  return { size: [shape[0], shape[1]], turned }
}

/** Rounds what is written, and cuts off what some kernels make beyond the range. */
const bytesOf = ({ buffer, byteOffset, length }: Uint8Array): Uint8ClampedArray =>
  new Uint8ClampedArray(buffer, byteOffset, length)
