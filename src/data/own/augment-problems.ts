/** Checks that the augmentations of features fit the other features and the targets. */
import type { Named } from '../../base/field.js'
import { type AugmentationSpec, randomLayers } from '../../spec/augmentation.js'
import type { IssueDraft } from '../../spec/document.js'
import { chainOf } from '../../spec/feature-chain.js'
import type { TargetColumn } from '../../spec/own-data.js'
import { toPointer } from '../../spec/pointer.js'
import { mixes } from '../augment/augmented-chain.js'
import { movesMasks } from '../augment/picture-field.js'
import { augmentationOf } from '../augment/registry.js'
import type { Feature } from './feature.js'
import { quoted } from './problem.js'

/** The layers of a feature that change its values. */
const layersOf = (feature: Feature): readonly AugmentationSpec[] =>
  'augment' in feature ? randomLayers(feature.augment) : []

/** True if masks move with the pictures of a feature. */
export const moves = (feature: Feature): boolean => layersOf(feature).map(augmentationOf).some(movesMasks)

/** A target, and its place in the spec. */
interface PlacedTarget extends Pick<TargetColumn, 'image_size'> {
  readonly type: string
  readonly pointer: string
}

export function augmentProblems(features: Named<Feature>, targets: Named<PlacedTarget>): readonly IssueDraft[] {
  const augmented = Object.entries(features).filter(([, feature]) => layersOf(feature).length > 0)
  if (augmented.length === 0) return []
  const problems: IssueDraft[] = []
  const add = (name: string, field: string, message: string) =>
    problems.push({ code: 'order', pointer: toPointer(['data', 'features', name, field]), message })
  const names = augmented.map(([name]) => quoted(name)).join(' and ')
  const pictures = Object.entries(targets).filter(([, { type }]) => type === 'image')
  const mixing = augmented.filter(([, feature]) => mixes(layersOf(feature)))

  for (const [name] of mixing.slice(1)) {
    add(
      name,
      'augment',
      `found layers that mix samples, as in ${quoted(mixing[0]![0])}; only one feature can have them`,
    )
  }
  for (const [name, feature] of augmented) {
    if (chainOf(feature)[0]?.type === 'FillMissing') {
      add(
        name,
        'missing',
        'found a value for gaps, but pictures with gaps cannot be augmented; must be "error" or "drop"',
      )
    }
  }
  for (const [name, feature] of Object.entries(features)) {
    const draws = chainOf(feature).some((step) => step.type === 'Binarize' && step.method === 'sample_each_epoch')
    if (!draws || layersOf(feature).length > 0) continue
    add(name, 'steps', `found "sample_each_epoch", which does not go with the augmentation of ${names}; write "sample"`)
  }
  for (const [target] of Object.entries(targets).filter(([, { type }]) => type === 'sequence')) {
    for (const [name] of mixing) {
      const message = `found layers that mix samples, but target ${quoted(target)} is a sequence of classes; leave them out`
      add(name, 'augment', message)
    }
  }
  for (const [target, { image_size, pointer }] of pictures) {
    for (const [name] of mixing) {
      add(name, 'augment', `found layers that mix samples, but target ${quoted(target)} is a picture; leave them out`)
    }
    const [mover, ...others] = augmented.filter(([, feature]) => moves(feature))
    for (const [name] of others) {
      const message = `found layers that move pixels, as in ${quoted(mover![0])}, but target ${quoted(target)} moves with one picture only`
      add(name, 'augment', message)
    }
    if (!mover || image_size === undefined) continue
    const [name, picture] = mover
    const size = picture.type === 'image' ? picture.image_size : null
    if (String(size) === String(image_size)) continue
    const wanted = size ? `[${size.join(', ')}], the size of ${quoted(name)}` : `that of ${quoted(name)}`
    const message = `found [${image_size.join(', ')}], must be ${wanted}, with which the target moves`
    problems.push({ code: 'shape', pointer: `${pointer}/image_size`, message })
  }
  return problems
}
