/** Names of places in the arena, and their order. */
import { type Shape, sizeOf } from '../../../base/shape.js'
import { LOOP_BYTES, loopKey } from '../fuse/update-loop.js'
import type { GraphInput } from '../graph/graph.js'
import type { ArenaPlan } from '../inputs/arena.js'
import { inputKey, padded } from '../inputs/feeder.js'
import type { Update } from '../passes/split-update.js'

export const stateKey = (name: string) => `state ${name}`
/** Place of an input of the graph. */
export const placeOf = ({ from, name }: GraphInput) => (from === 'state' ? stateKey(name) : inputKey(name))

/**
 * Place of an array of an update. A gradient's place is named after the first state that the update stores, so that it
 * is the same for every batch size.
 */
function roomFor({ arrays, stores }: Update, index: number): string {
  const array = arrays[index]!
  if (array.from === 'state') return stateKey(array.name)
  const owner = arrays[stores[0]!.array]!
  return `gradient ${index} of ${owner.from === 'state' ? owner.name : owner.value}`
}

/** The place of each gradient of a part of the batch. A gradient that two updates read has one place. */
export function gradientPlaces(updates: readonly Update[], part: number): Map<number, string> {
  const places = new Map<number, string>()
  for (const update of updates) {
    for (const [index, array] of update.arrays.entries()) {
      if (array.from === 'state' || partOf(array) !== part || places.has(array.value)) continue
      places.set(array.value, roomFor(update, index))
    }
  }
  return places
}

/** Places of each update's arrays, in the order of the updates and their arrays. */
export function arrayPlaces(updates: readonly Update[]): string[][] {
  const places = new Map<number, Map<number, string>>()
  const placesOf = (part: number) => {
    const known = places.get(part) ?? gradientPlaces(updates, part)
    places.set(part, known)
    return known
  }
  return updates.map(({ arrays }) =>
    arrays.map((array) => (array.from === 'state' ? stateKey(array.name) : placesOf(partOf(array)).get(array.value)!)),
  )
}

const partOf = ({ part = 0 }: { readonly part?: number }): number => part

/** Size in bytes of each array of an update. */
export const updateBytes = ({ arrays, stores }: Update, shapes: ReadonlyMap<string, Shape>): number => {
  const stored = arrays[stores[0]!.array]!
  const bytes = padded(sizeOf(stored.from === 'state' ? shapes.get(stored.name)! : []))
  return Math.ceil(bytes / LOOP_BYTES) * LOOP_BYTES
}

/**
 * Reserves places for updates: all weights side by side, then all of the first slot, ..., then all gradients, so that
 * one loop can run through them.
 */
export function placeUpdates(plan: ArenaPlan, updates: readonly Update[], shapes: ReadonlyMap<string, Shape>): void {
  for (const key of new Set(updates.map(loopKey))) {
    const alike = updates.filter((update) => loopKey(update) === key)
    for (const index of alike[0]!.arrays.keys()) {
      for (const update of alike) plan.reserve(roomFor(update, index), updateBytes(update, shapes))
    }
  }
}
