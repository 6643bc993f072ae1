/** Augmentations: random changes of pictures, anew for every sample and epoch, in training only. */
import type { RandomStream } from '../../base/philox.js'

/** A picture: values in row-major order of height, width and channels, in the range that the layer is told. */
export interface Picture {
  readonly shape: PictureShape
  readonly values: Float32Array
}

/** Height, width and channels. */
export type PictureShape = readonly [height: number, width: number, channels: number]

/**
 * A layer that changes one picture at a time. `Drawn` says what it does to a picture: plain data, drawn once for a sample,
 * so that the masks of a picture move with it.
 */
export interface Augmentation<Drawn = unknown> {
  /** The shape of what it makes from a picture. */
  shape(given: PictureShape): PictureShape
  /** Draws for one sample, whose picture has this shape. */
  draw(random: RandomStream, given: PictureShape): Drawn
  /**
   * Says what it does to every picture of validation and test. Absent if these stay as they are; a layer that changes the
   * shape must have it.
   */
  inference?(given: PictureShape): Drawn
  /** Returns the new picture, or the same one; does not change the values that it is given. */
  apply(picture: Picture, drawn: Drawn): Picture
  /** The same for a mask, whose values are class numbers: nearest neighbour, 0 outside. Absent if masks stay as they are. */
  applyToMask?(mask: Picture, drawn: Drawn): Picture
}

/** A layer that mixes each sample with another one of the training rows, which is drawn too. */
export interface Mixing<Drawn = unknown> {
  draw(random: RandomStream, given: PictureShape): Drawn
  mix(picture: Picture, other: Picture, drawn: Drawn): Picture
  /** The share of the sample's own target in the mixed one; that of the other is the rest. */
  share(drawn: Drawn, given: PictureShape): number
}
