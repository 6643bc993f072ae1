/** Hidden units and reconstructions of samples by a trained RBM, without random numbers. */
import type { Tensor2D } from '@tensorflow/tfjs-core'
import type { Slot } from '../base/slot.js'
import type { Rbm } from '../model/rbm/rbm.js'
import type { BatchInput, Program } from './program.js'

export interface MirrorOptions {
  readonly rbm: Rbm
  readonly weights: readonly Slot[]
  /** The samples. */
  readonly x: BatchInput
}

/** Outputs the means of the hidden units given each sample, (batch, hidden), under this name. */
export function featuresProgram({ rbm, weights, x }: MirrorOptions, name = 'hidden'): Program {
  return {
    state: weights,
    inputs: [x],
    run: (state, inputs) => ({
      state: {},
      outputs: { [name]: rbm.hiddenGiven(inputs[x.name] as Tensor2D, state).mean },
    }),
  }
}

/**
 * Outputs `sample`, `hidden`, and `reconstruction`: the means of the visible units given the means of the hidden ones.
 */
export function mirrorProgram({ rbm, weights, x }: MirrorOptions): Program {
  return {
    state: weights,
    inputs: [x],
    run(state, inputs) {
      const sample = inputs[x.name] as Tensor2D
      const hidden = rbm.hiddenGiven(sample, state).mean
      return { state: {}, outputs: { sample, hidden, reconstruction: rbm.visibleGiven(hidden, state).mean } }
    },
  }
}
