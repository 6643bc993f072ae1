/** Reads the weights of a model from a file, by the rules of the program that wrote it. */
import type { Named } from '../base/field.js'
import { formatShape, type Shape } from '../base/shape.js'
import type { Model } from '../model/model.js'
import type { Owner } from './architecture.js'
import type { Misfit, NeedyLayer, StoredWeight, WeightSource } from './found-model.js'
import type { Scaled } from './layers.js'

/** Returns weights by their names in programs, or why they do not fit. Throws a UserError if the file is damaged. */
export async function readWeights(
  source: WeightSource,
  model: Model,
  owners: readonly Owner[],
): Promise<{ readonly weights: Named<Float32Array> } | { readonly misfits: readonly Misfit[] }> {
  const wanted = new Map(model.weights.map((weight) => [weight.name, weight]))
  const needy = owners.flatMap((owner): (NeedyLayer & { readonly owner: Owner })[] => {
    const stage = model.stages.find(({ name }) => name === owner.name)!
    const weights = Object.entries(stage.weights).map(([name, full]) => {
      const { shape, trainable } = wanted.get(full)!
      return { name, shape, trainable }
    })
    const words = `${owner.type} "${owner.place.names.join('/')}"`
    return weights.length === 0 ? [] : [{ words, place: owner.place, weights, owner }]
  })
  const found = await source.find(needy)
  const misfits = needy.flatMap((layer, index) => misfitsOf(layer, found[index]!))
  if (misfits.length > 0) return { misfits }
  const entries: [string, Float32Array][] = []
  for (const [index, { owner, weights }] of needy.entries()) {
    for (const [at, { name, shape }] of weights.entries()) {
      const stored = found[index]![at]!
      const values = await stored.read()
      const bad = values.find((value) => !Number.isFinite(value))
      if (bad !== undefined) misfits.push({ subject: stored.name, message: `holds ${bad}` })
      entries.push([`${owner.name}/${name}`, scaled(values, owner.scaled, name, shape)])
    }
  }
  return misfits.length > 0 ? { misfits } : { weights: Object.fromEntries(entries) }
}

function misfitsOf({ words, weights }: NeedyLayer, found: readonly StoredWeight[]): Misfit[] {
  if (found.length !== weights.length) {
    const must = weights.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(', ')
    const is = found.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(', ')
    const few = found.length === 0 ? 'has no weights in the file' : `has ${found.length} weights in the file, ${is}`
    return [{ subject: words, message: `${few}; must have ${must}` }]
  }
  return weights.flatMap(({ name, shape }, index) => {
    const { shape: is, name: stored } = found[index]!
    if (formatShape(is) === formatShape(shape)) return []
    return [
      {
        subject: words,
        message: `has ${name} of shape ${formatShape(is)} in the file (${stored}), must be ${formatShape(shape)}`,
      },
    ]
  })
}

/** The factor between the hard_sigmoid of Keras 2, clip(0.2 x + 0.5, 0, 1), and that of Keras 3, clip(x / 6 + 0.5, 0, 1). */
const FACTOR = 1.2

/** Gates with the recurrent activation: not the candidate. */
const GATES = { LSTM: { all: 4, scaled: [0, 1, 3] }, GRU: { all: 3, scaled: [0, 1] } }

function scaled(values: Float32Array, how: Scaled | null, name: string, shape: Shape): Float32Array {
  if (how === null || name.endsWith('depthwise_kernel')) return values
  if (how === 'all') return values.map((value) => value * FACTOR)
  const gates = GATES[how]
  const columns = shape.at(-1)!
  const units = columns / gates.all
  return values.map((value, index) =>
    gates.scaled.includes(Math.floor((index % columns) / units)) ? value * FACTOR : value,
  )
}
