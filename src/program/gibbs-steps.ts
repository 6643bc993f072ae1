/** Makes the programs for each number of Gibbs steps (k) in a schedule, and a plan that switches between them. */
import { type ByEpoch, inEpoch } from '../base/in-epoch.js'
import type { TrainingSpec } from '../spec/rbm.js'
import type { OptimizerSpec } from '../spec/spec.js'
import { type DescentPrograms, type StepName, type StepPlan, type StepPrograms, stepPlan } from './descent.js'

export interface GibbsSchedule {
  readonly training: TrainingSpec
  readonly optimizer: OptimizerSpec
  readonly stepsPerEpoch: number
}

export interface GibbsPrograms {
  /** `train` is the program of the first epoch. */
  readonly programs: StepPrograms
  readonly plan: StepPlan
  /** Number of Gibbs steps in the last epochs. */
  readonly last: number
}

export function byGibbsSteps(
  { training, optimizer, stepsPerEpoch }: GibbsSchedule,
  programsOf: (k: number) => DescentPrograms,
): GibbsPrograms {
  const byEpoch = kByEpoch(training)
  const counts = [...new Set(byEpoch.map(([, k]) => k!))]
  const [first, last] = [counts[0]!, byEpoch.at(-1)![1]!]
  const named = (name: keyof DescentPrograms, k: number): StepName => (k === first ? name : `${name}/${k}`)
  const later = counts
    .slice(1)
    .flatMap((k) => Object.entries(programsOf(k)).map(([name, program]) => [`${name}/${k}`, program] as const))
  const plan = stepPlan(optimizer)
  return {
    programs: { ...programsOf(first), ...Object.fromEntries(later) },
    plan: {
      ...plan,
      step(iterations) {
        const k = inEpoch(byEpoch, epochOf(iterations, stepsPerEpoch))
        const [name, ...rest] = plan.step(iterations)
        return [named(name, k), ...rest.map((one) => named(one, k))]
      },
    },
    last,
  }
}

/** Number of the epoch that a step belongs to, from 1. */
export const epochOf = (iterations: number, stepsPerEpoch: number): number => Math.floor(iterations / stepsPerEpoch) + 1

const kByEpoch = (training: TrainingSpec): ByEpoch => {
  if (!('k' in training)) return [[1, 1]]
  return typeof training.k === 'number' ? [[1, training.k]] : training.k
}
