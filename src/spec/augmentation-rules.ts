/** Checks augmentations against the pictures that they get. */
import type { AugmentationSpec } from './augmentation.js'
import type { RuleIssue } from './family.js'

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
