/** Estimates the memory of steps in ONNX Runtime, from measured ratios to the minimum that their graphs need. */
import { freeMemory } from '../../../base/free-memory.js'
import { sizeOf } from '../../../base/shape.js'
import type { Programs } from '../../../program/program.js'
import { stateOf } from '../../given.js'
import type { Demand } from '../../memory.js'
import { memoryOf } from '../graph/memory.js'
import type { ArenaPlan } from '../inputs/arena.js'
import { lanesOf, type Step, stepOf } from './parts.js'

/**
 * Ratio of measured memory to the minimum for a step's values. ONNX Runtime's allocator doubles its memory each time it
 * needs more; and from the second step on its memory plan for the whole step holds a piece of its own. Over twelve
 * networks and machines the ratio was 2.4 to 4.2 with that plan (`planned`) and 1.4 to 2.2 without (`sparing`).
 */
const SHARE = { planned: 3.2, sparing: 1.9 }
/** Bytes for the runtime itself, its threads and code. */
const BASE = 50e6
/** Copies of a constant: in the model, in its encoding and in the session. */
const COPIES = 3
const FLOAT = 4

/**
 * Returns the memory demand as a function of whether sessions avoid memory plans. Programs that keep state are traced,
 * which takes time, only if memory may be short.
 */
export async function demandOf(
  programs: Programs,
  traced: ReadonlyMap<string, Step>,
  plan: ArenaPlan,
  batchSize: number,
): Promise<(sparing: boolean) => Demand> {
  const state = stateOf(programs).reduce((sum, { shape }) => sum + FLOAT * sizeOf(shape), 0)
  const fixed = BASE + 2 * state
  const inputs = Math.max(0, plan.bytes - 2 * state)
  const activations = (steps: Iterable<Step>) => {
    let [values, constants] = [0, 0]
    for (const { graph, parts } of steps) {
      values += lanesOf(parts) * memoryOf(graph).between
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
    if (!traced.has(name)) steps.push(await stepOf(program, batchSize))
  }
  return sum()
}
