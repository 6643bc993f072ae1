/** Plans the fields of own data: the steps that make each of them, and the form that results. */
import type { Field, Named } from '../../base/field.js'
import { type DataForm, inputKey, targetKey, WEIGHT } from '../../base/form.js'
import { noNames } from '../../base/no-names.js'
import { chainOf } from '../../spec/feature-chain.js'
import { crossName, isOwnInput } from '../../spec/features.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { featureChain, mixable, mixes } from '../augment/augmented-chain.js'
import { maskAtInference } from '../augment/inference.js'
import type { Part, Plans } from '../preparation.js'
import { crossOf } from '../steps/features.js'
import { classNumbers, classSequences, flags, multiHot } from '../steps/labels.js'
import { moves } from './augment-problems.js'
import { hasLabels } from './classes.js'
import { valueColumnsOf } from './columns.js'
import type { Decisions, Target } from './decide.js'
import { dividedFeatures, type Feature, valuesColumn } from './feature.js'

/** The plans of all fields. The classes of the targets are known. */
export function plansOf(data: OwnDataSpec, { features, targets }: Decisions, seed: number): Plans {
  const plans = noNames<Part[]>()
  const fieldsThatMix = Object.values(features).some((feature) => mixes(augmentOf(feature)))
    ? [...Object.keys(targets).map(targetKey), ...(data.weight === null ? [] : [WEIGHT])]
    : []
  const mixing = fieldsThatMix.length > 0 ? [mixable] : []
  const mover = Object.values(features).find(moves)
  const masks = Object.keys(targets).flatMap((name) => (targets[name]!.type === 'image' ? [targetKey(name)] : []))
  for (const [name, feature] of Object.entries(features)) {
    const own = data.output_mode === 'dict' || isOwnInput(feature)
    const key = inputKey(own ? name : CONCATENATED)
    plans[key] ??= []
    const augment = augmentOf(feature)
    plans[key].push(
      featureChain({
        column: valuesColumn(feature),
        augment,
        steps: chainOf(feature),
        masks: feature === mover ? masks : [],
        mixed: mixes(augment) ? fieldsThatMix : [],
        seed,
      }),
    )
  }
  for (const cross of data.crosses) {
    const key = inputKey(data.output_mode === 'dict' ? crossName(cross) : CONCATENATED)
    plans[key] ??= []
    plans[key].push(crossOf(cross, features, seed))
  }
  for (const [name, target] of Object.entries(targets)) {
    plans[targetKey(name)] = valueColumnsOf(target).map((column) => ({
      column,
      steps: [
        ...targetSteps(target),
        ...mixing,
        ...(mover && target.type === 'image' ? [maskAtInference(augmentOf(mover))] : []),
      ],
    }))
  }
  if (data.weight !== null) plans[WEIGHT] = [{ column: data.weight, steps: mixing }]
  return plans
}

const augmentOf = (feature: Feature) => ('augment' in feature ? feature.augment : [])

/** Name of the input of features that are concatenated. */
const CONCATENATED = 'features'

function targetSteps(target: Target) {
  if (target.type === 'class') return [classNumbers(target.class_names!)]
  if (target.type === 'sequence') {
    const { class_names: names, separator, max_length: length, steps = 1 } = target
    return [classSequences({ names: names!, separator, length: length!, steps })]
  }
  if (target.type === 'number' || target.type === 'image') return []
  return hasLabels(target) ? [multiHot(target.class_names!, target.separator!)] : [flags]
}

/** Tells inputs and targets apart. */
export function formOf(name: string, fields: Named<Field>, rows: DataForm['rows']): DataForm {
  const those = (key: (name: string) => string) => {
    const prefix = key('')
    const found = Object.entries(fields).filter(([name]) => name.startsWith(prefix))
    return Object.fromEntries(found.map(([name, field]) => [name.slice(prefix.length), field]))
  }
  return { name, inputs: those(inputKey), targets: those(targetKey), weights: Object.hasOwn(fields, WEIGHT), rows }
}

/** The spec with the features and the classes that were found, so that the next run decides nothing. */
export function settledSpec(data: OwnDataSpec, { features, targets }: Decisions): OwnDataSpec {
  const written = ({ pointer: _, made: __, steps: ___, ...target }: Target) => target
  const [only] = Object.values(targets)
  const { source, select, sha256, csv, follow_links, missing_values, features: _, ...rest } = data
  return {
    // in the order of the format
    ...{ source, select, sha256, csv, follow_links, missing_values, features: dividedFeatures(features).written },
    ...rest,
    target: data.target && written(only!),
    targets: data.targets && Object.fromEntries(Object.entries(targets).map(([name, one]) => [name, written(one)])),
  }
}
