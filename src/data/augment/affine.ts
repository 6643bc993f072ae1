/**
 * `RandomRotation`, `RandomTranslation`, `RandomZoom` and `RandomShear` (keras/src/layers/preprocessing/image_preprocessing).
 * `fill_mode` tells what the result shows of the outside of the picture.
 */
import type { RandomStream } from '../../base/philox.js'
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation, PictureShape } from './augmentation.js'
import { around, uniform } from './draws.js'
import { projected, type Transform } from './projective.js'
import { forMask, type Sampling } from './sampler.js'

/** Draws the angle in degrees; the picture turns anticlockwise about its middle (random_rotation.py). */
export function randomRotation({ factor, ...sampling }: ArgumentsOf<'RandomRotation'>): Augmentation<number> {
  const turns = around(factor)
  return moving(sampling, (random) => 360 * uniform(random, turns), rotation)
}

/** In pixels. */
export interface Shift {
  readonly x: number
  readonly y: number
}

/** Draws the distances to the right and down (random_translation.py). */
export function randomTranslation({
  height_factor,
  width_factor,
  ...sampling
}: ArgumentsOf<'RandomTranslation'>): Augmentation<Shift> {
  const [down, right] = [around(height_factor), around(width_factor)]
  const draw = (random: RandomStream, [height, width]: PictureShape) => {
    const y = height * uniform(random, down)
    return { x: width * uniform(random, right), y }
  }
  return moving(sampling, draw, ({ x, y }) => [1, 0, -x, 0, 1, -y, 0, 0])
}

/** Sizes of the part that fills the result, as shares: above 1 the picture becomes smaller. */
export interface Zoom {
  readonly height: number
  readonly width: number
}

/** Draws how much the picture is zoomed about its middle (random_zoom.py). */
export function randomZoom({
  height_factor,
  width_factor,
  ...sampling
}: ArgumentsOf<'RandomZoom'>): Augmentation<Zoom> {
  const down = around(height_factor)
  const across = width_factor === null ? null : around(width_factor)
  const draw = (random: RandomStream) => {
    const height = 1 + uniform(random, down)
    return { height, width: across ? 1 + uniform(random, across) : height }
  }
  return moving(sampling, draw, zoom)
}

/** Pixels by which a place moves for each pixel that it is away from the top, or from the left. */
export interface Shear {
  readonly x: number
  readonly y: number
}

/** Draws how much the picture is sheared, and to which side (random_shear.py). The pixel at the top left stays. */
export function randomShear({ x_factor, y_factor, ...sampling }: ArgumentsOf<'RandomShear'>): Augmentation<Shear> {
  const [across, down] = [around(x_factor), around(y_factor)]
  const draw = (random: RandomStream) => {
    const side = random.uniform() > 0.5 ? -1 : 1
    const y = side * uniform(random, down)
    return { x: side * uniform(random, across), y }
  }
  return moving(sampling, draw, ({ x, y }) => [1, x, 0, y, 1, 0, 0, 0])
}

/** An augmentation that moves a picture and its masks by the transform that a draw stands for. */
const moving = <Drawn>(
  sampling: Sampling,
  draw: Augmentation<Drawn>['draw'],
  transformOf: (drawn: Drawn, shape: PictureShape) => Transform,
): Augmentation<Drawn> => ({
  shape: (given) => given,
  draw,
  apply: (picture, drawn) => projected(picture, transformOf(drawn, picture.shape), sampling),
  applyToMask: (mask, drawn) => projected(mask, transformOf(drawn, mask.shape), forMask(sampling)),
})

const { fround } = Math

/** In float32 after each operation, as `_compute_affine_matrix` (base_image_preprocessing_layer.py). */
function rotation(degrees: number, [height, width]: PictureShape): Transform {
  const angle = fround(fround(degrees) * fround(Math.PI / 180))
  const [cos, sin] = [fround(Math.cos(angle)), fround(Math.sin(angle))]
  const [x, y] = [(width - 1) / 2, (height - 1) / 2]
  const a2 = fround(fround(x - fround(x * cos)) - fround(y * -sin))
  const b2 = fround(fround(y - fround(x * sin)) - fround(y * cos))
  return [cos, -sin, a2, sin, cos, b2, 0, 0]
}

function zoom({ height, width }: Zoom, [rows, columns]: PictureShape): Transform {
  const offset = (size: number, share: number) => ((size - 1) / 2) * fround(1 - fround(share))
  return [width, 0, offset(columns, width), 0, height, offset(rows, height), 0, 0]
}
