/** What steps in ONNX Runtime take of memory, by measured shares of what their graphs need at least. */
import { freeMemory } from '../../../base/free-memory.js'
import { sizeOf } from '../../../base/shape.js'
import type { Program } from '../../../program/program.js'
import { stateOf } from '../../given.js'
import type { Demand } from '../../memory.js'
import { memoryOf } from '../graph/memory.js'
import type { ArenaPlan } from '../inputs/arena.js'
import { type Step, stepOf } from './halves.js'

/**
 * Times the least that the values of a step need at once: its allocator doubles what it has each time it needs more, and
 * from the second step on a plan of the whole step has a piece of its own. Of twelve networks and machines 2.4 to 4.2,
 * and without that plan 1.4 to 2.2.
 */
const SHARE = { planned: 3.2, sparing: 1.9 }
/** The runtime itself, its threads and code. */
const BASE = 50e6
/** A constant is in the model, in its encoding and in the session. */
const COPIES = 3
const FLOAT = 4

/** By whether sessions are sparing. Programs that only look are traced where they may matter, for that takes time. */
export async function demandOf(
  programs: Readonly<Record<string, Program>>,
  traced: ReadonlyMap<string, Step>,
  plan: ArenaPlan,
  batchSize: number,
): Promise<(sparing: boolean) => Demand> {
  const state = stateOf(programs).reduce((sum, { shape }) => sum + FLOAT * sizeOf(shape), 0)
  const fixed = BASE + 2 * state
  const inputs = Math.max(0, plan.bytes - 2 * state)
  const activations = (steps: Iterable<Step>) => {
    let [values, constants] = [0, 0]
    for (const { graph, halves } of steps) {
      values += (halves ? 2 : 1) * memoryOf(graph).between
      for (const { data } of graph.constants) constants += COPIES * (typeof data === 'number' ? FLOAT : data.byteLength)
    }
    return { values, constants }
  }
  const steps = [...traced.values()]
  const sum = () => {
    const { values, constants } = activations(steps)
    return (sparing: boolean): Demand => ({
      fixed,
      growing: inputs + constants + (sparing ? SHARE.sparing : SHARE.planned) * values,
    })
  }
  const first = sum()
  const { growing } = first(false)
  if (growing < freeMemory() / 4) return first
  for (const [name, program] of Object.entries(programs)) {
    if (!traced.has(name)) steps.push(await stepOf(program, batchSize, true))
  }
  return sum()
}
