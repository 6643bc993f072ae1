/** The updates of a step as calls of loops (`fuse/`) over arrays in the arena. */
import type { Shape } from '../../../base/shape.js'
import type { Task } from '../crew/chunks.js'
import type { Crew } from '../crew/crew.js'
import { loopKey, updateModule } from '../fuse/update-loop.js'
import type { ValueId } from '../graph/graph.js'
import type { Update } from '../passes/split-update.js'
import type { ArenaArrays } from './arena-arrays.js'
import { arrayPlaces, updateBytes } from './places.js'

interface LoopCall {
  /** Index of the loop in the crew's list. */
  readonly kernel: number
  readonly pointers: readonly number[]
  readonly bytes: number
  /** Arrays of one element each, which are read after the runtime has run. */
  readonly scalars: readonly Float32Array[]
}

/** The calls for these updates. Neighbours in the arena with the same loop and scalars become one call. */
export function loopCalls(
  updates: readonly Update[],
  scalarOf: (value: ValueId) => Float32Array,
  shapes: ReadonlyMap<string, Shape>,
  crew: Crew,
  arrays: ArenaArrays,
): LoopCall[] {
  if (updates.length === 0) return []
  const { module, names } = updateModule(updates)
  const indices = crew.add(module, [...names.values()])
  const kernels = new Map([...names.keys()].map((key, index) => [key, indices[index]!]))
  const places = arrayPlaces(updates)
  const calls: (LoopCall & { readonly key: string })[] = []
  for (const [index, update] of updates.entries()) {
    const key = loopKey(update)
    const pointers = places[index]!.map((place) => arrays.addressOf(place))
    const bytes = updateBytes(update, shapes)
    const scalars = update.scalars.map(scalarOf)
    const last = calls.at(-1)
    const follows =
      last?.key === key &&
      last.scalars.every((array, at) => array === scalars[at]) &&
      last.pointers.every((pointer, at) => pointer + last.bytes === pointers[at])
    if (follows) calls[calls.length - 1] = { ...last, bytes: last.bytes + bytes }
    else calls.push({ key, kernel: kernels.get(key)!, pointers, bytes, scalars })
  }
  return calls
}

/** Size in bytes of each array in a chunk of an update: a few microseconds of work. */
const UPDATE_CHUNK = 1 << 15

export const updateTask = ({ kernel, pointers, bytes, scalars }: LoopCall): Task => ({
  kernel,
  arguments: [...pointers, bytes, ...scalars.map((value) => value[0]!)],
  steps: [...pointers.map(() => UPDATE_CHUNK), 0, ...scalars.map(() => 0)],
  countAt: pointers.length,
  count: bytes,
  chunk: UPDATE_CHUNK,
})
