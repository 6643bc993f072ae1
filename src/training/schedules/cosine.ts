/** Cosine decays (Loshchilov and Hutter, 2017): learning_rate_schedule.py of Keras 3. */
import type { Schedule, ScheduleOf, Steps } from './schedule.js'

export function cosineDecay(spec: ScheduleOf<'CosineDecay'>, steps: Steps): Schedule {
  const { initial_learning_rate: initial, warmup_target: target, alpha } = spec
  const length = steps(spec.decay_steps)
  const warmup = target === null || spec.warmup_steps === 0 ? 0 : steps(spec.warmup_steps)
  const top = target ?? initial
  return (done) => {
    if (done < warmup) return initial + (top - initial) * (done / warmup)
    return top * ((1 - alpha) * halfWave(Math.min(done - warmup, length) / length) + alpha)
  }
}

/**
 * Decay i begins at the sum over j < i of first_decay_steps * t_mul^j. Keras finds i with a logarithm in float32, which
 * sometimes takes the first step of a decay for the last step of the decay before; sums are exact.
 */
export function cosineDecayRestarts(spec: ScheduleOf<'CosineDecayRestarts'>, steps: Steps): Schedule {
  const { initial_learning_rate: initial, t_mul, m_mul, alpha } = spec
  const first = steps(spec.first_decay_steps)
  return (done) => {
    let restarts = 0
    let begin = 0
    let length = first
    if (t_mul === 1) {
      restarts = Math.floor(done / first)
      begin = restarts * first
    } else {
      while (done >= begin + length) {
        begin += length
        length *= t_mul
        restarts++
      }
    }
    return initial * ((1 - alpha) * m_mul ** restarts * halfWave((done - begin) / length) + alpha)
  }
}

/** Half a wave of a cosine, from 1 to 0. */
const halfWave = (fraction: number): number => 0.5 * (1 + Math.cos(Math.PI * fraction))
