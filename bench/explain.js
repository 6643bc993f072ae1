/** Times of the parts of a training step, from the engine's own times and a profile of its operators. */

/**
 * `parts`: medians in milliseconds, from one process in which steps and profiled steps took turns. Operators are slower
 * while they are profiled. If they take longer than the whole graph without a profile, their times are scaled down.
 */
export function explain({ whole, inputs, graph, update, ...profiled }) {
  const cut = Math.min(1, graph / (profiled.products + profiled.others))
  const [products, others] = [cut * profiled.products, cut * profiled.others]
  const shares = {
    'matrix products': products,
    'other operators of the graph': others,
    'between operators, and calling the runtime': graph - products - others,
    "the optimizer's update, and the next dropout masks": update,
    'the batch to floats': inputs,
    'shuffling, and gathering the batch': whole - graph - update - inputs,
  }
  const share = (ms) => `${((100 * ms) / whole).toFixed(0)} %`
  const rows = Object.entries({
    ...shares,
    'whole step': whole,
    'all but matrix products': whole - products,
  }).map(([name, ms]) => [name, `${ms.toFixed(3)} ms`, share(ms)])
  return { rows, shares: { ...shares, whole } }
}
