/** `RandomPerspective` (keras/src/layers/preprocessing/image_preprocessing/random_perspective.py). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation, Picture, PictureShape } from './augmentation.js'
import { happens, upTo } from './draws.js'
import { projected, type Transform } from './projective.js'
import { forMask, type Sampling } from './sampler.js'

/**
 * For each corner the shares by which its x and y become larger: top left, top right, bottom left, bottom right. The first one
 * stays where it is, and so do the sides at x = 0 and y = 0. null: the picture stays as it is.
 */
export type Corners = readonly (readonly [x: number, y: number])[] | null

export function randomPerspective({
  factor,
  scale,
  interpolation,
  fill_value,
}: ArgumentsOf<'RandomPerspective'>): Augmentation<Corners> {
  const probability = upTo(factor)
  const sampling: Sampling = { interpolation, fill_mode: 'constant', fill_value }

  function moved(picture: Picture, corners: Corners, how: Sampling): Picture {
    const transform = corners && homography(picture.shape, corners)
    return transform ? projected(picture, transform, how) : picture
  }

  return {
    shape: (given) => given,
    draw(random) {
      if (!happens(random, probability)) return null
      const share = () => scale * (random.uniform() - 0.5)
      return Array.from({ length: 4 }, () => [share(), share()] as const)
    },
    apply: (picture, corners) => moved(picture, corners, sampling),
    applyToMask: (mask, corners) => moved(mask, corners, forMask(sampling)),
  }
}

/** Returns the transform that moves the corners (`compute_homography_matrix` of Keras' backend); none for a single line. */
function homography([height, width]: PictureShape, corners: NonNullable<Corners>): Transform | null {
  const [right, bottom] = [width - 1, height - 1]
  if (right === 0 || bottom === 0) return null
  const starts = [
    [0, 0],
    [right, 0],
    [0, bottom],
    [right, bottom],
  ] as const
  const rows = starts.flatMap(([x, y], corner) => {
    const [endX, endY] = [x * (1 + corners[corner]![0]), y * (1 + corners[corner]![1])]
    return [
      [endX, endY, 1, 0, 0, 0, -x * endX, -x * endY, x],
      [0, 0, 0, endX, endY, 1, -y * endX, -y * endY, y],
    ]
  })
  return solved(rows) as unknown as Transform
}

/** Solves linear equations, each with its right side last: Gauss' elimination with the largest pivot of a column. */
function solved(rows: number[][]): number[] {
  const count = rows.length
  for (let column = 0; column < count; column++) {
    const left = rows.slice(column)
    const pivot = left.reduce((best, row) => (Math.abs(row[column]!) > Math.abs(best[column]!) ? row : best))
    rows.splice(rows.indexOf(pivot), 1)
    rows.splice(column, 0, pivot)
    for (const row of rows) {
      if (row === pivot) continue
      const factor = row[column]! / pivot[column]!
      for (let at = column; at <= count; at++) row[at]! -= factor * pivot[at]!
    }
  }
  return rows.map((row, index) => row[count]! / row[index]!)
}
