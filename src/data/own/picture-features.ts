/** The columns that features of type image are made of. */
import { dirname } from 'node:path'
import type { Field } from '../../base/field.js'
import type { FeatureSpec } from '../../spec/features.js'
import { CHANNELS } from '../../spec/pictures.js'
import { decodePicture } from '../pictures/decode.js'
import type { Fitting } from '../pictures/fit.js'
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
    decoder: { type: 'picture', channels: CHANNELS[color_mode], fitting: fittingOf(feature) },
  }
}

const fittingOf = ({
  image_size,
  interpolation,
  crop_to_aspect_ratio,
  pad_to_aspect_ratio,
}: PictureFeature): Fitting => ({ image_size, interpolation, crop_to_aspect_ratio, pad_to_aspect_ratio })

/** The files that the column of a feature names. */
export const filesOf = (
  { made, column, directory }: Pick<PictureFeature, 'made' | 'column' | 'directory'>,
  table: RowTable,
): Omit<FileColumn, 'field' | 'decoder'> => ({
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
