/** Schedules by their name in a spec: the learning rate as a pure function of the steps done, in float64. */
import { type ByType, callByType } from '../../base/by-type.js'
import type { DeepReadonly } from '../../spec/family.js'
import type { ScheduleSpec } from '../../spec/schedules.js'
import { cosineDecay, cosineDecayRestarts } from './cosine.js'
import { exponentialDecay, inverseTimeDecay, piecewiseConstantDecay, polynomialDecay } from './decay.js'
import { linearWarmup } from './linear-warmup.js'
import { oneCycle } from './one-cycle.js'
import type { Schedule, Steps } from './schedule.js'

/** The lengths of a run, for counts in epochs. */
export interface RunLength {
  readonly stepsPerEpoch: number
  readonly epochs: number
}

const SCHEDULES: ByType<DeepReadonly<ScheduleSpec>, [steps: Steps], Schedule> = {
  ExponentialDecay: exponentialDecay,
  PiecewiseConstantDecay: piecewiseConstantDecay,
  PolynomialDecay: polynomialDecay,
  InverseTimeDecay: inverseTimeDecay,
  CosineDecay: cosineDecay,
  CosineDecayRestarts: cosineDecayRestarts,
  OneCycle: oneCycle,
  LinearWarmup: (spec, steps) => linearWarmup(spec, steps, (after) => build(after, steps)),
}

/** Builds a schedule from a number or a schedule of a spec. A count that is null means the whole run. */
export function buildSchedule(
  spec: number | DeepReadonly<ScheduleSpec>,
  { stepsPerEpoch, epochs }: RunLength,
): Schedule {
  return build(spec, (count) => {
    if (count === null) return stepsPerEpoch * epochs
    return typeof count === 'number' ? count : Math.max(1, Math.round(count.epochs * stepsPerEpoch))
  })
}

function build(spec: number | DeepReadonly<ScheduleSpec>, steps: Steps): Schedule {
  if (typeof spec === 'number') return () => spec
  return callByType(SCHEDULES, spec, steps)
}
