/** Names of places in the arena, and which of them lie side by side. */
import { type Shape, sizeOf } from '../../../base/shape.js'
import { LOOP_BYTES, loopKey } from '../fuse/update-loop.js'
import type { GraphInput } from '../graph/graph.js'
import type { ArenaPlan } from '../inputs/arena.js'
import { inputKey, padded } from '../inputs/feeder.js'
import type { Update } from '../passes/split-update.js'

export const stateKey = (name: string) => `state ${name}`
/** Of an input of the graph. */
export const placeOf = ({ from, name }: GraphInput) => (from === 'state' ? stateKey(name) : inputKey(name))

/** The place of an update's array; a gradient is named by the first state it updates, so every batch size finds it. */
export function arrayPlace({ arrays, stores }: Update, index: number): string {
  const array = arrays[index]!
  if (array.from === 'state') return stateKey(array.name)
  const owner = arrays[stores[0]!.array]!
  return `gradient ${index} of ${owner.from === 'state' ? owner.name : owner.value}`
}

/** Where what the runtime computes goes: of one half first, of the other one last. */
export function gradientPlaces(updates: readonly Update[], which: 'first' | 'last'): Map<number, string> {
  const places = updates.flatMap((update) =>
    update.arrays.flatMap((array, index): [number, string][] =>
      array.from === 'graph' ? [[array.value, arrayPlace(update, index)]] : [],
    ),
  )
  return new Map(which === 'first' ? places.toReversed() : places)
}

/** Of each array of an update. */
export const updateBytes = ({ arrays, stores }: Update, shapes: ReadonlyMap<string, Shape>): number => {
  const stored = arrays[stores[0]!.array]!
  const bytes = padded(sizeOf(stored.from === 'state' ? shapes.get(stored.name)! : []))
  return Math.ceil(bytes / LOOP_BYTES) * LOOP_BYTES
}

/** All weights side by side, then all of the first slot, ..., then all gradients: one loop can run through them. */
export function placeUpdates(plan: ArenaPlan, updates: readonly Update[], shapes: ReadonlyMap<string, Shape>): void {
  for (const key of new Set(updates.map(loopKey))) {
    const alike = updates.filter((update) => loopKey(update) === key)
    for (const index of alike[0]!.arrays.keys()) {
      for (const update of alike) plan.reserve(arrayPlace(update, index), updateBytes(update, shapes))
    }
  }
}
