/** Where a training step goes, from the engine's own times and those of its matrix products alone. */

/** `parts`: medians in milliseconds, of one process in which the step, its products and an empty graph took turns. */
export function explain({ whole, inputs, graph, update, products, nothing }) {
  const product = products - nothing
  const shares = {
    'matrix products': product,
    'other operators of the graph': graph - products,
    'calling the runtime': nothing,
    "the optimizer's update, and the next dropout masks": update,
    'the batch to floats': inputs,
    'shuffling, and gathering the batch': whole - graph - update - inputs,
  }
  const share = (ms) => `${((100 * ms) / whole).toFixed(0)} %`
  const rows = Object.entries({
    ...shares,
    'whole step': whole,
    'all but matrix products': whole - product,
  }).map(([name, ms]) => [name, `${ms.toFixed(3)} ms`, share(ms)])
  return { rows, shares: { ...shares, whole } }
}
