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

/** The room for an update's array; for a gradient named by the first state it updates, so every batch size finds it. */
function roomFor({ arrays, stores }: Update, index: number): string {
  const array = arrays[index]!
  if (array.from === 'state') return stateKey(array.name)
  const owner = arrays[stores[0]!.array]!
  return `gradient ${index} of ${owner.from === 'state' ? owner.name : owner.value}`
}

/** Where what the runtime computes goes, of this half of a batch or of the other one: what two updates read, only once. */
export function gradientPlaces(updates: readonly Update[], ofOther: boolean): Map<number, string> {
  const places = new Map<number, string>()
  for (const update of updates) {
    for (const [index, array] of update.arrays.entries()) {
      if (array.from === 'state' || (array.other ?? false) !== ofOther || places.has(array.value)) continue
      places.set(array.value, roomFor(update, index))
    }
  }
  return places
}

/** The places of each update's arrays, in the order of both. */
export function arrayPlaces(updates: readonly Update[]): string[][] {
  const [own, other] = [gradientPlaces(updates, false), gradientPlaces(updates, true)]
  return updates.map(({ arrays }) =>
    arrays.map((array) =>
      array.from === 'state' ? stateKey(array.name) : (array.other ? other : own).get(array.value)!,
    ),
  )
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
      for (const update of alike) plan.reserve(roomFor(update, index), updateBytes(update, shapes))
    }
  }
}
