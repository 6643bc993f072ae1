/** Where a training step goes, from the engine's own times and a profile of its operators. */

/** `parts`: medians in milliseconds, of one process in which steps and profiled steps took turns. */
export function explain({ whole, inputs, graph, update, products, others }) {
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
