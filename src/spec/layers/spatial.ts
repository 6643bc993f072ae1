/** Padding, cropping and upsampling layers (keras/src/layers/reshaping). */
import { z } from 'zod'
import { formed } from '../family.js'
import { type InFull, withShortForm } from '../short-forms.js'
import { whole } from '../whole.js'
import { layer, perAxis, size } from './layer.js'

/** A number stands for two of it. */
const twice: InFull = (value) => (typeof value === 'number' ? [value, value] : undefined)
const side = formed(withShortForm(z.union([whole(0), z.array(whole(0)).length(2)]), twice), (given) =>
  typeof given === 'number' ? [given, given] : given,
)
/** Amounts before and after, for each axis: a number for all sides, or for each axis a number or a pair. */
const pairs = (axes: number) => {
  const each = (given: number) => Array<number>(axes).fill(given)
  const either = z.union([whole(0), z.array(side).length(axes)])
  return formed(
    withShortForm(either, (value) => (typeof value === 'number' ? each(value) : undefined)),
    (given) => (typeof given === 'number' ? each(given).map((one) => [one, one]) : given),
  )
}
const sidesOfImage = 'How many: a number, [rows, columns], or [[top, bottom], [left, right]].'
const sidesOfVolume = 'How many: a number, [depth, rows, columns], or [[front, back], [top, bottom], [left, right]].'

export const SPATIAL = [
  layer('ZeroPadding1D', 'Adds zeros before and after the steps of (steps, channels).', {
    padding: perAxis(2, 0).prefault(1).describe('How many: a number, or [before, after].'),
  }),
  layer('ZeroPadding2D', 'Adds zeros around an image.', {
    padding: pairs(2).prefault(1).describe(sidesOfImage),
  }),
  layer('ZeroPadding3D', 'Adds zeros around a volume.', {
    padding: pairs(3).prefault(1).describe(sidesOfVolume),
  }),
  layer('Cropping1D', 'Cuts steps off both ends of (steps, channels).', {
    cropping: perAxis(2, 0).prefault(1).describe('How many: a number, or [before, after].'),
  }),
  layer('Cropping2D', 'Cuts the edges off an image.', {
    cropping: pairs(2).prefault(0).describe(sidesOfImage),
  }),
  layer('Cropping3D', 'Cuts the edges off a volume.', {
    cropping: pairs(3).prefault(1).describe(sidesOfVolume),
  }),
  layer('UpSampling1D', 'Repeats each step of (steps, channels).', {
    size: size.default(2).describe('How many times, at least 1.'),
  }),
  layer('UpSampling2D', 'Makes an image larger.', {
    size: perAxis(2, 1).prefault(2).describe('How many times: a number, or [rows, columns].'),
    interpolation: z
      .enum(['nearest', 'bilinear'])
      .default('nearest')
      .describe('"nearest" repeats each element; "bilinear" interpolates between elements.'),
  }),
  layer('UpSampling3D', 'Repeats each element of a volume.', {
    size: perAxis(3, 1).prefault(2).describe('How many times: a number, or [depth, rows, columns].'),
  }),
] as const
