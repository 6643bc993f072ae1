/** The columns that features and targets of type image are made of. */
import { basename, dirname, extname, relative } from 'node:path'
import type { Field } from '../../base/field.js'
import { CHANNELS } from '../../spec/pictures.js'
import type { Fitting } from '../pictures/fit.js'
import type { FileColumn } from '../sources/file-column.js'
import type { RowTable } from '../sources/raw-table.js'
import type { Decisions, Target } from './decide.js'
import { fieldOf, filesOf, isPicture, type PictureFeature, pictureColumn } from './picture-features.js'

/** The columns of a table that are made of files. */
export function pictureColumns({ features, targets }: Decisions, table: RowTable): FileColumn[] {
  const pictures = Object.values(features).filter(isPicture)
  const [first] = pictures
  return [
    ...pictures.map((feature) => pictureColumn(feature, table)),
    ...Object.values(targets)
      .filter(({ made }) => made !== undefined)
      .map((target) => targetColumn(target, first, table)),
  ]
}

/** A target has the size of the picture, and is cut or surrounded as it is. */
function targetColumn(target: Target, picture: PictureFeature | undefined, table: RowTable): FileColumn {
  const { made, column, masks, class_names, mask_values, color_mode = 'rgb', directory } = target
  const fitting: Fitting = {
    image_size: target.image_size ?? picture!.image_size,
    interpolation: picture?.interpolation ?? 'bilinear',
    crop_to_aspect_ratio: picture?.crop_to_aspect_ratio ?? false,
    pad_to_aspect_ratio: picture?.pad_to_aspect_ratio ?? false,
  }
  const files =
    masks === undefined
      ? filesOf({ made: made!, column: column!, directory: directory ?? null }, table)
      : { name: made!, ...besidePictures(masks, picture!) }
  if (class_names === undefined) {
    const channels = CHANNELS[color_mode]
    return {
      ...files,
      field: { ...fieldOf(fitting.image_size, channels), divisor: 255, values: 'grey' },
      decoder: { type: 'picture', channels, fitting },
    }
  }
  return {
    ...files,
    field: maskField(fitting.image_size, class_names.length),
    ...(picture && { sameSizeAs: picture.made ?? picture.column }),
    decoder: { type: 'mask', classes: { count: class_names.length, values: mask_values }, fitting },
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
  const pattern = relative(folder, masks)
  return {
    from: column,
    folder,
    // a function, because $ has a meaning in a text that replaces
    pathOf: (text: string) => pattern.replaceAll('{stem}', () => basename(text, extname(text))),
  }
}
