/** Augments one sample: its picture, with the masks that move with it and the targets that mix with it. */
import type { Field, Named, Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { ROW_NUMBER } from '../packs/file-table.js'
import { roomFor, type Table } from '../table.js'
import type { Augmentation, Mixing, Picture } from './augmentation.js'
import { inferred, inferredMask } from './inference.js'
import { isMixing, pictureAt, pictureShapeOf } from './picture-field.js'
import type { PictureRecipe } from './recipe.js'
import { augmentationOf } from './registry.js'
import { streamsOf } from './streams.js'

export interface Sample {
  readonly picture: Picture
  /** In the order of the recipe. */
  readonly masks: readonly Picture[]
  readonly mixed: readonly Float32Array[]
}

export interface SampleMaker {
  /** The layers by themselves. */
  readonly layers: readonly (Augmentation | Mixing)[]
  /** Augments a row of these arrays. With null for the epoch, the result is that of validation. */
  make(values: Named<Numbers>, index: number, epoch: number | null): Sample
}

/** Makes samples of the rows of a table, whose fields are not augmented. `key` is that of the pictures. */
export function sampleMaker(table: Table, key: string, recipe: PictureRecipe, seed: number): SampleMaker {
  const { augment, masks, mixed, chain, given } = recipe
  const shape = pictureShapeOf(given)
  const layers = augment.map((spec, index) => ({
    layer: augmentationOf(spec),
    streamAt: streamsOf(spec, { seed, chain, index }),
  }))
  const alone = layers.map(({ layer }) => layer)
  const other = alone.some(isMixing) ? roomFor(table.fields, 1) : {}
  const single = new Uint32Array(1)

  function taken(values: Named<Numbers>, index: number): Sample {
    return {
      picture: pictureAt(values[key]!, index * sizeOf(shape), shape, given.divisor),
      masks: masks.map((name) => {
        const size = pictureShapeOf(table.fields[name]!)
        return pictureAt(values[name]!, index * sizeOf(size), size, 1)
      }),
      mixed: mixed.map((name) => numbersAt(values[name]!, index, table.fields[name]!)),
    }
  }

  /** Applies the first layers to a row, whose own number tells what is drawn. */
  function augmented(values: Named<Numbers>, index: number, epoch: number, count: number): Sample {
    const row = values[ROW_NUMBER]![index]!
    let { picture, masks, mixed } = taken(values, index)
    for (const [at, { layer, streamAt }] of layers.slice(0, count).entries()) {
      const random = streamAt(row, epoch)
      if (isMixing(layer)) {
        single[0] = random.below(table.count)
        const drawn = layer.draw(random, picture.shape)
        table.read(single, epoch, other)
        // what it has gone through before this layer, as the sample has
        const partner = augmented(other, 0, epoch, at)
        const share = layer.share(drawn, picture.shape)
        picture = layer.mix(picture, partner.picture, drawn)
        mixed = mixed.map((own, index) => blended(own, partner.mixed[index]!, share))
        continue
      }
      const drawn = layer.draw(random, picture.shape)
      picture = layer.apply(picture, drawn)
      if (layer.applyToMask) masks = masks.map((mask) => layer.applyToMask!(mask, drawn))
    }
    return { picture, masks, mixed }
  }

  return {
    layers: alone,
    make(values, index, epoch) {
      if (epoch !== null) return augmented(values, index, epoch, layers.length)
      const { picture, masks, mixed } = taken(values, index)
      return { picture: inferred(picture, alone), masks: masks.map((mask) => inferredMask(mask, alone)), mixed }
    },
  }
}

const numbersAt = (values: Numbers, index: number, { shape }: Field): Float32Array =>
  Float32Array.from(values.subarray(index * sizeOf(shape), (index + 1) * sizeOf(shape)))

const blended = (own: Float32Array, other: Float32Array, share: number): Float32Array =>
  own.map((value, at) => share * value + (1 - share) * other[at]!)
