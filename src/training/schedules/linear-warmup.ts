/** A linear rise before a rate or a schedule (Goyal et al., "Accurate, Large Minibatch SGD", 2017). */
import type { Schedule, ScheduleOf, Steps } from './schedule.js'

/** The schedule after the warm-up counts its steps from there, as the decay of Keras' CosineDecay does. */
export function linearWarmup(
  spec: ScheduleOf<'LinearWarmup'>,
  steps: Steps,
  build: (after: ScheduleOf<'LinearWarmup'>['learning_rate']) => Schedule,
): Schedule {
  const { initial_learning_rate: initial } = spec
  const length = steps(spec.warmup_steps)
  const after = build(spec.learning_rate)
  const top = after(0)
  return (done) => (done < length ? initial + (top - initial) * (done / length) : after(done - length))
}
