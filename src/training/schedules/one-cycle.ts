/**
 * One cycle (Smith and Topin, "Super-convergence", 2018). The rate is computed as in
 * torch.optim.lr_scheduler.OneCycleLR of PyTorch. Momentum does not change, and after the cycle the rate stays the
 * same.
 */
import type { Schedule, ScheduleOf, Steps } from './schedule.js'

export function oneCycle(spec: ScheduleOf<'OneCycle'>, steps: Steps): Schedule {
  const { max_learning_rate: most, pct_start, div_factor, final_div_factor, three_phase } = spec
  const total = steps(spec.total_steps)
  const first = most / div_factor
  const last = first / final_div_factor
  const rising = { end: pct_start * total - 1, from: first, to: most }
  const phases = three_phase
    ? [rising, { end: 2 * pct_start * total - 2, from: most, to: first }, { end: total - 1, from: first, to: last }]
    : [rising, { end: total - 1, from: most, to: last }]
  const between = spec.anneal_strategy === 'cos' ? cosine : linear
  return (done) => {
    let begin = 0
    for (const { end, from, to } of phases) {
      if (done <= end) return between(from, to, end === begin ? 1 : (done - begin) / (end - begin))
      begin = end
    }
    return last
  }
}

const cosine = (from: number, to: number, fraction: number): number =>
  to + ((from - to) / 2) * (1 + Math.cos(Math.PI * fraction))

const linear = (from: number, to: number, fraction: number): number => from + (to - from) * fraction
