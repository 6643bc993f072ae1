/** The columns that features and targets of type image are made of. */
import { basename, dirname, extname, join } from 'node:path'
import type { Field } from '../../base/field.js'
import { CHANNELS } from '../../spec/pictures.js'
import { decodePicture } from '../pictures/decode.js'
import { type Fitting, fitted } from '../pictures/fit.js'
import { readMask } from '../pictures/mask.js'
import type { RawTable } from '../sources/raw-table.js'
import { type FileColumn, firstFile } from '../sources/with-files.js'
import type { Decisions, Target } from './decide.js'
import type { Feature } from './feature.js'

type PictureFeature = Extract<Feature, { readonly type: 'image' }>

export const isPicture = (feature: Feature): feature is PictureFeature => feature.type === 'image'

/** The name of the column that is made for a feature or a target, which is none of the table. */
export const madeColumn = (name: string, { columns }: Pick<RawTable, 'columns'>): string =>
  Object.hasOwn(columns, name) ? `${name} (picture)` : name

/** Settles how pixels are stored, by the first picture. */
export async function withDtype(feature: PictureFeature, table: RawTable): Promise<PictureFeature> {
  if (feature.dtype !== null) return feature
  const first = await firstFile(table, pictureColumn(feature, table))
  const picture = first && (await decodePicture(first, 3))
  const isDeep = picture && 'samples' in picture && picture.samples instanceof Uint16Array
  return { ...feature, dtype: isDeep ? 'float32' : 'uint8' }
}

/** The columns of a table that are made of files. */
export function pictureColumns({ features, targets }: Decisions, table: RawTable): FileColumn[] {
  const pictures = Object.values(features).filter(isPicture)
  const [first] = pictures
  return [
    ...pictures.map((feature) => pictureColumn(feature, table)),
    ...Object.values(targets)
      .filter(({ made }) => made !== undefined)
      .map((target) => targetColumn(target, first, table)),
  ]
}

/** Folder of the files that a column names. */
const folderOf = (directory: string | null | undefined, { folder, name }: RawTable): string =>
  directory ?? folder ?? dirname(name)

const asWritten = (text: string): string => text

function pictureColumn(feature: PictureFeature, table: RawTable): FileColumn {
  const { made, column, directory, color_mode, dtype } = feature
  const field: Field = { ...fieldOf(feature.image_size, CHANNELS[color_mode]), dtype: dtype ?? 'uint8' }
  return {
    name: made ?? column,
    from: column,
    folder: folderOf(directory, table),
    pathOf: asWritten,
    field,
    decode: (bytes, into) => writePicture(bytes, CHANNELS[color_mode], feature, into),
  }
}

const fieldOf = ([height, width]: readonly number[], channels: number): Field => ({
  shape: [height!, width!, channels],
  dtype: 'uint8',
  divisor: 1,
  values: 'real',
})

async function writePicture(
  bytes: Uint8Array,
  channels: 1 | 3 | 4,
  fitting: Fitting,
  into: Parameters<FileColumn['decode']>[1],
): ReturnType<FileColumn['decode']> {
  const picture = await decodePicture(bytes, channels)
  if ('problem' in picture) return picture
  const { shape, samples, turned } = picture
  const pixels = fitted(samples, shape, fitting)
  // 16 bits are brought to the range of 8
  const scale = samples instanceof Uint16Array ? 257 : 1
  if (scale === 1 && pixels instanceof Uint8Array) into.set(pixels)
  else if (into instanceof Float32Array) for (let at = 0; at < into.length; at++) into[at] = pixels[at]! / scale
  else for (let at = 0; at < into.length; at++) into[at] = rounded(pixels[at]! / scale)
  return { size: [shape[0], shape[1]], turned }
}

/** Some kernels go beyond the range of the pixels. */
const rounded = (value: number): number => Math.min(255, Math.max(0, Math.round(value)))

/** A target has the size of the picture, and is cut or surrounded as it is. */
function targetColumn(target: Target, picture: PictureFeature | undefined, table: RawTable): FileColumn {
  const { made, column, masks, class_names, mask_values, color_mode = 'rgb', directory } = target
  const fitting: Fitting = {
    image_size: target.image_size ?? picture!.image_size,
    interpolation: picture?.interpolation ?? 'bilinear',
    crop_to_aspect_ratio: picture?.crop_to_aspect_ratio ?? false,
    pad_to_aspect_ratio: picture?.pad_to_aspect_ratio ?? false,
  }
  const from =
    masks === undefined ? { from: column!, folder: folderOf(directory, table) } : besidePictures(masks, picture!)
  const common = { name: made!, pathOf: asWritten, ...from }
  if (class_names === undefined) {
    const channels = CHANNELS[color_mode]
    return {
      ...common,
      field: { ...fieldOf(fitting.image_size, channels), divisor: 255, values: 'grey' },
      decode: (bytes, into) => writePicture(bytes, channels, fitting, into),
    }
  }
  const classes = { count: class_names.length, values: mask_values }
  return {
    ...common,
    field: maskField(fitting.image_size, class_names.length),
    ...(picture && { sameSizeAs: picture.made ?? picture.column }),
    async decode(bytes, into) {
      const mask = readMask(bytes, classes, fitting)
      if ('problem' in mask) return mask
      into.set(mask.classes)
      return { size: mask.size }
    },
  }
}

const maskField = ([height, width]: readonly number[], classes: number): Field => ({
  shape: [height!, width!],
  dtype: 'int32',
  divisor: 1,
  values: 'class',
  classes,
})

/** Masks whose names follow from those of the pictures. */
function besidePictures(masks: string, { column }: PictureFeature) {
  const folder = dirname(masks.slice(0, masks.indexOf('{stem}') + 1))
  const pattern = masks.slice(folder === '.' && !masks.startsWith('.') ? 0 : join(folder, '/').length)
  return {
    from: column,
    folder,
    pathOf: (text: string) => pattern.replaceAll('{stem}', basename(text, extname(text))),
  }
}
