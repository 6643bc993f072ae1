/** Checks augmentations against the pictures that they get. */
import { MOST_WHITENED } from './augmentation/generator.js'
import type { AugmentationSpec } from './augmentation.js'
import type { RuleIssue } from './family.js'
import { CHANNELS, type PictureSpec } from './pictures.js'

/**
 * Lists layers whose `value_range` is not that of the pictures: most layers would clip nearly all values. The brightness of
 * a generator has the range 0 to 255. Paths begin in the object that has the field `augment`.
 */
export function* valueRangeRules(
  augment: readonly AugmentationSpec[],
  [least, largest]: readonly [number, number],
): Iterable<RuleIssue> {
  for (const [index, layer] of augment.entries()) {
    if (layer.type === 'ImageDataGenerator' && layer.brightness_range !== null && largest !== 255) {
      const message = `found bounds, but the pictures have values from ${least} to ${largest}, and it makes whole numbers from 0 to 255; "RandomBrightness" has a "value_range"`
      yield { code: 'range', path: ['augment', index, 'brightness_range'], message }
    }
    if (!('value_range' in layer)) continue
    const [low, high] = layer.value_range
    if (low === least && high === largest) continue
    const message = `found [${low}, ${high}], but the pictures have values from ${least} to ${largest}; write "value_range": [${least}, ${largest}]`
    yield { code: 'range', path: ['augment', index, 'value_range'], message }
  }
}

interface PicturesOfFile extends Pick<PictureSpec, 'image_size' | 'color_mode'> {
  readonly augment: readonly AugmentationSpec[]
}

/** Refuses to whiten pictures that are too large for it. Paths begin in the feature. */
export function* whiteningRules({ augment, image_size, color_mode }: PicturesOfFile): Iterable<RuleIssue> {
  const index = augment.findIndex((layer) => layer.type === 'ImageDataGenerator' && layer.zca_whitening)
  if (index < 0) return
  const crop = augment.slice(0, index).findLast((layer) => layer.type === 'RandomCrop')
  const shape = [...(crop ? [crop.height, crop.width] : image_size), CHANNELS[color_mode]]
  const elements = shape.reduce((product, side) => product * side, 1)
  if (elements <= MOST_WHITENED) return
  const message = `found true for pictures of ${shape.join(' x ')}, which are ${elements} elements; must be at most ${MOST_WHITENED}, such as 36 x 36 x 3; make "image_size" smaller`
  yield { code: 'range', path: ['augment', index, 'zca_whitening'], message }
}
