/**
 * Programs of a restricted Boltzmann machine that learns labels. The generative part is contrastive divergence on data
 * and labels together; the discriminative part follows the exact gradient of -log p(y | v) (Larochelle et al., JMLR 13,
 * 2012, sections 3 and 4). Both are gradients of free energies, which tfjs differentiates.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { DrawMode } from '../base/mode.js'
import type { NoiseInput } from '../base/noise.js'
import type { Tensors } from '../base/tensors.js'
import type { Weight } from '../model/model.js'
import { type ClassRbm, drawnLabel, oneHot } from '../model/rbm/class-rbm.js'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import type { LabelsSpec, TrainingSpec } from '../spec/rbm.js'
import type { OptimizerSpec } from '../spec/spec.js'
import type { ContrastivePrograms } from './contrastive.js'
import { descent, ITERATIONS } from './descent.js'
import { byGibbsSteps } from './gibbs-steps.js'
import { meanOver } from './measured.js'
import type { BatchInput, Program, ProgramInput } from './program.js'
import { slopes } from './slopes.js'
import { drawOf, streamOf } from './unit-draws.js'

export interface ClassContrastiveOptions {
  readonly rbm: ClassRbm
  readonly labels: LabelsSpec
  readonly training: TrainingSpec
  readonly optimizer: OptimizerSpec
  /** The only metric is `accuracy`; it may have any name. */
  readonly metrics: readonly { readonly name: string }[]
  /** The samples, and their labels. */
  readonly x: BatchInput
  readonly y: BatchInput
  readonly stepsPerEpoch: number
}

/** Weight of each part in the loss. */
function sharesOf(labels: LabelsSpec): { readonly generative: number; readonly discriminative: number } {
  switch (labels.type) {
    case 'generative':
      return { generative: 1, discriminative: 0 }
    case 'discriminative':
      return { generative: 0, discriminative: 1 }
    case 'hybrid':
      return { generative: labels.alpha, discriminative: 1 }
  }
}

export function classContrastivePrograms(options: ClassContrastiveOptions): ContrastivePrograms {
  const { rbm, training, optimizer, metrics, x, y, stepsPerEpoch } = options
  const { generative, discriminative } = sharesOf(options.labels)
  const chain = generative > 0 ? chainOf(rbm) : null

  const dataOf = (given: Tensors): Both => ({
    v: given[x.name] as tf.Tensor2D,
    y: oneHot(given[y.name] as tf.Tensor1D, rbm.classes),
  })

  /** Loss and metrics as sums over the batch; `fantasy` is the final state of the chains. */
  const sums = (fantasy: Both | null, state: Tensors, given: Tensors) => {
    const data = dataOf(given)
    const logits = rbm.logits(data.v, state)
    const parts = [
      ...(fantasy ? [tf.mul(contrast(rbm, data, fantasy, state), generative)] : []),
      ...(discriminative > 0 ? [tf.mul(crossentropy(logits, data.y), discriminative)] : []),
    ]
    const hits = tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), given[y.name]!), 'float32'))
    return {
      loss: parts.reduce((sum, part) => tf.add(sum, part)),
      ...Object.fromEntries(metrics.map(({ name }) => [name, hits])),
    }
  }
  const fantasyOf = (k: number, mode: DrawMode, state: Tensors, given: Tensors) =>
    chain?.run(k, mode, dataOf(given), state, given) ?? null

  // p(y | v) does not depend on the visible biases
  const isTrained = ({ name }: Weight) => generative > 0 || name !== RBM_WEIGHTS.visibleBias
  const trained = rbm.weights.filter(isTrained)
  const steps = (k: number) =>
    descent({
      optimizer,
      weights: trained,
      untrained: rbm.weights.filter((weight) => !isTrained(weight)),
      inputs: [x, y, ...(chain?.inputs(k, 'training') ?? [])],
      gradients(state, given) {
        const fantasy = fantasyOf(k, 'training', state, given)
        return slopes(trained, state, (now) => {
          const outputs = sums(fantasy, now, given)
          const mean = tf.div(outputs.loss, given[x.name]!.shape[0]!)
          const penalty = rbm.penalty?.(now[RBM_WEIGHTS.kernel]!)
          return { loss: (penalty ? tf.add(mean, penalty) : mean) as tf.Scalar, updates: {}, outputs }
        })
      },
    })
  const { programs, plan, last } = byGibbsSteps({ training, optimizer, stepsPerEpoch }, steps)

  const looking = {
    state: rbm.weights,
    inputs: [x, y, ...(chain?.inputs(last, 'evaluation') ?? [])],
    keepsState: true as const,
  }
  const measure = (state: Tensors, given: Tensors) => sums(fantasyOf(last, 'evaluation', state, given), state, given)
  const evaluate: Program = {
    ...looking,
    run: (state, given) => ({ state: {}, outputs: measure(state, given) }),
  }
  const inspect: Program = {
    ...looking,
    inputs: [...looking.inputs, ITERATIONS],
    run(state, given) {
      const input = rbm.hiddenInput(given[x.name] as tf.Tensor2D, state)
      const labels = rbm.logits(given[x.name] as tf.Tensor2D, state)
      return { state: {}, outputs: { 'hidden units': input, labels, loss: measure(state, given).loss } }
    },
  }
  return {
    programs: { ...programs, evaluate, inspect },
    plan,
    measured: [meanOver('loss'), ...metrics.map(({ name }) => meanOver(name))],
  }
}

/** Visible units and one-hot labels. */
interface Both {
  readonly v: tf.Tensor2D
  readonly y: tf.Tensor2D
}

/** F(data) - F(chains), summed over the batch. */
const contrast = (rbm: ClassRbm, data: Both, fantasy: Both, state: Tensors): tf.Tensor =>
  tf.sum(tf.sub(rbm.jointEnergy(data.v, data.y, state), rbm.jointEnergy(fantasy.v, fantasy.y, state)))

/** -log p(y | v), summed over the batch. */
const crossentropy = (logits: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor =>
  tf.sum(tf.sub(tf.logSumExp(logits, 1), tf.sum(tf.mul(logits, y), 1)))

/** k Gibbs steps from the data: h ~ p(h | v, y), then v ~ p(v | h) and y ~ p(y | h). */
function chainOf(rbm: ClassRbm) {
  const hidden = (time: number, mode: DrawMode) =>
    drawOf(rbm, { owner: 'data', side: 'hidden', time, mode, rows: null })
  const visible = (time: number, mode: DrawMode) =>
    drawOf(rbm, { owner: 'chain', side: 'visible', time, mode, rows: null })
  const label = (time: number, mode: DrawMode): NoiseInput => ({
    kind: 'noise',
    name: `${mode}/label/${time}`,
    shape: [null, rbm.classes],
    stream: streamOf('label', mode, time),
    distribution: { type: 'uniform' },
  })
  const times = (k: number) => Array.from({ length: k }, (_, index) => index + 1)
  return {
    inputs: (k: number, mode: DrawMode): ProgramInput[] =>
      times(k).flatMap((time) => [...hidden(time, mode).inputs, ...visible(time, mode).inputs, label(time, mode)]),
    run(k: number, mode: DrawMode, data: Both, state: Tensors, given: Tensors): Both {
      let now = data
      for (const time of times(k)) {
        const h = rbm.hiddenGivenBoth(now.v, now.y, state).sample(hidden(time, mode).from(given))
        now = {
          v: rbm.visibleGiven(h, state).sample(visible(time, mode).from(given)),
          y: drawnLabel(rbm.labelInput(h, state), given[label(time, mode).name]!),
        }
      }
      return now
    },
  }
}
