/** Finds out before the data are loaded how much memory training needs at least, and refuses what cannot fit. */
import { formatBytes } from '../base/bytes.js'
import { epochLengths } from '../base/epoch.js'
import type { DataForm } from '../base/form.js'
import { freeMemory } from '../base/free-memory.js'
import { UserError } from '../base/issue.js'
import { type Shape, sizeOf } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import { stateOf } from '../engine/given.js'
import { earlyStoppingOf, isUnsupervised, type ResolvedSpec, type StageSpec } from '../spec/spec.js'
import { describeModel } from './describe-model.js'
import { hiddenForm } from './hidden-form.js'
import { type Learner, learnerOf, NO_FACTS } from './learner.js'
import { stagesOf } from './stages.js'

/** A part of the memory at one time. */
export interface Part {
  readonly words: string
  readonly bytes: number
  /** A change of the spec that makes it smaller. */
  readonly remedy: string
}

/** Bytes of a float32. */
const FLOAT = 4
/** Parts that a message lists. */
const LISTED = 3

/** Throws a UserError if training surely needs more memory than is free. */
export function requireMemory(spec: ResolvedSpec, form: DataForm, free = freeMemory()): void {
  const parts = sureMemory(spec, form).toSorted((a, b) => b.bytes - a.bytes)
  const total = sumOf(parts)
  if (total <= free) return
  const listed = parts.slice(0, LISTED).map(({ words, bytes }) => `${formatBytes(bytes)} for ${words}`)
  throw new UserError(
    `Training needs at least ${formatBytes(total)} of memory; ${formatBytes(free)} are free. It needs ${listed.join(', ')}. Use ${parts[0]!.remedy}.`,
  )
}

/** Returns what is in memory when that is most. What an engine needs besides, and each activation but one, is left out. */
export function sureMemory(spec: ResolvedSpec, form: DataForm): readonly Part[] {
  const stages = stagesOf(spec, form)
  const given: DataForm[] = []
  const own = stages.map(({ folder }, index) => {
    const before = stages[index - 1]?.spec
    const isHidden = folder !== null && before !== undefined && isUnsupervised(before)
    given.push(isHidden ? hiddenForm(given[index - 1]!, before.model.hidden_units) : form)
    return isHidden ? [hiddenData(given[index]!, index)] : []
  })
  const moments = stages.flatMap((stage, index) => [
    [...partsOf(stage.spec, given[index]!), ...own[index]!],
    // the data of the next stage are computed from those of this one
    [...own[index]!, ...(own[index + 1] ?? [])],
  ])
  return moments.reduce((most, one) => (sumOf(one) > sumOf(most) ? one : most))
}

const sumOf = (parts: readonly Part[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0)

const bytesOf = (shape: Shape): number => FLOAT * sizeOf(shape)

const bytesOfSlots = (slots: readonly Slot[]): number => slots.reduce((sum, { shape }) => sum + bytesOf(shape), 0)

/** The data of a later RBM of a stack, which stay in memory: the hidden probabilities of RBM `index`, from 1. */
function hiddenData({ inputs, rows }: DataForm, index: number): Part {
  const width = Object.values(inputs).reduce((sum, { shape }) => sum + bytesOf(shape), 0)
  return {
    words: `the data of RBM ${index + 1}`,
    bytes: (rows.train + rows.validation + rows.test) * width,
    remedy: `fewer hidden_units in RBM ${index}, or fewer rows`,
  }
}

function partsOf(spec: StageSpec, form: DataForm): readonly Part[] {
  const lengths = epochLengths(form.rows.train, spec.fit.batch_size)
  const { batchSize } = lengths
  const learner = learnerOf(spec, form, lengths, NO_FACTS)
  const [output, heaviest] = [largestOutput(learner), heaviestLayer(learner)]
  const batch = Object.values(form.inputs).reduce((sum, { shape }) => sum + bytesOf(shape), 0)
  return [
    {
      words: 'weights and optimizer',
      bytes: bytesOfSlots(stateOf(learner.programs)),
      remedy: `a smaller layer "${heaviest}"`,
    },
    {
      words: 'the best weights',
      bytes: keptBytes(spec, learner),
      remedy: '"restore_best_weights": false, or a smaller model',
    },
    { words: `a batch of ${batchSize}`, bytes: batchSize * batch, remedy: 'a smaller batch_size' },
    {
      words: `the output of layer "${output.name}" for a batch of ${batchSize}`,
      // mixed precisions compute in 16 bits
      bytes: (batchSize * output.bytes) / (spec.precision === 'float32' ? 1 : 2),
      remedy: 'a smaller batch_size, or a smaller output of that layer',
    },
  ]
}

/** Returns the layer with the largest output, and its bytes for a row. */
export function largestOutput(learner: Learner): { readonly name: string; readonly bytes: number } {
  const calls = describeModel(learner).layers.flatMap((layer) => layer.calls)
  const outputs = calls.map(({ name, output_shape }) => ({ name, bytes: bytesOf(output_shape) }))
  return outputs.reduce((most, one) => (one.bytes > most.bytes ? one : most))
}

const heaviestLayer = (learner: Learner): string =>
  describeModel(learner).layers.reduce((most, one) => (one.parameters > most.parameters ? one : most)).name

/** Bytes of the copy of the weights that early stopping keeps. */
const keptBytes = (spec: StageSpec, { model }: Learner): number =>
  earlyStoppingOf(spec)?.restore_best_weights ? bytesOfSlots(model.weights) : 0

/** Bytes of all copies of weights and slots that training makes: those that it keeps, and that for a checkpoint. */
export const copiedBytes = (spec: StageSpec, learner: Learner): number =>
  keptBytes(spec, learner) + (spec.checkpoint === null ? 0 : bytesOfSlots(stateOf(learner.programs)))
