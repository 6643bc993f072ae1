/** Decays by a formula: keras/src/optimizers/schedules/learning_rate_schedule.py of Keras 3. */
import type { Schedule, ScheduleOf, Steps } from './schedule.js'

export function exponentialDecay(spec: ScheduleOf<'ExponentialDecay'>, steps: Steps): Schedule {
  const periods = periodsOf(spec, steps)
  return (done) => spec.initial_learning_rate * spec.decay_rate ** periods(done)
}

export function inverseTimeDecay(spec: ScheduleOf<'InverseTimeDecay'>, steps: Steps): Schedule {
  const periods = periodsOf(spec, steps)
  return (done) => spec.initial_learning_rate / (1 + spec.decay_rate * periods(done))
}

/** Steps done, divided by `decay_steps`; rounded down with `staircase`. */
function periodsOf(
  { decay_steps, staircase }: Pick<ScheduleOf<'ExponentialDecay'>, 'decay_steps' | 'staircase'>,
  steps: Steps,
): Schedule {
  const length = steps(decay_steps)
  return (done) => (staircase ? Math.floor(done / length) : done / length)
}

/** A boundary is the last step of its rate: after 5 epochs, it is the last step of the fifth. */
export function piecewiseConstantDecay(spec: ScheduleOf<'PiecewiseConstantDecay'>, steps: Steps): Schedule {
  const boundaries = spec.boundaries.map((count) => (typeof count === 'number' ? count : steps(count) - 1))
  return (done) => {
    const index = boundaries.findIndex((boundary) => done <= boundary)
    return spec.values.at(index)! // after all boundaries the index is -1, which is the last value
  }
}

export function polynomialDecay(spec: ScheduleOf<'PolynomialDecay'>, steps: Steps): Schedule {
  const { initial_learning_rate: initial, end_learning_rate: end, power, cycle } = spec
  const length = steps(spec.decay_steps)
  return (done) => {
    const whole = cycle ? length * Math.max(1, Math.ceil(done / length)) : length
    return (initial - end) * (1 - Math.min(done, whole) / whole) ** power + end
  }
}
