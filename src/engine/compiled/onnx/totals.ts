/** Outputs that `passes/split-totals.ts` splits off a step: their terms are summed by the crew, after the graph has run. */
import { sizeOf } from '../../../base/shape.js'
import type { Task } from '../crew/chunks.js'
import { infoOf, type ValueId } from '../graph/graph.js'
import type { ArenaPlan } from '../inputs/arena.js'
import { padded } from '../inputs/feeder.js'
import { type InputKernels, softplusBlocks } from '../inputs/kernels.js'
import type { Total } from '../passes/split-totals.js'
import type { ArenaArrays } from './arena-arrays.js'
import type { Step } from './parts.js'

/** An array whose softplus is summed, the place for it, and the place for the sums of its blocks. */
interface Operand {
  readonly value: ValueId
  readonly place: string
  readonly sums: string
}

/** Places are named after outputs, so that they are the same for every batch size. */
const operandsOf = ({ name, terms }: Total): (Operand | undefined)[] =>
  terms.map(({ of, x }, index) =>
    of === 'softplus' ? { value: x, place: `term ${index} of ${name}`, sums: `sums ${index} of ${name}` } : undefined,
  )

const allOperands = (totals: readonly Total[]): Operand[] =>
  totals.flatMap((total) => operandsOf(total).flatMap((operand) => operand ?? []))

/** Reserves places for the totals of steps, for the largest of those that share a place. */
export function placeTotals(plan: ArenaPlan, steps: Iterable<Step>): void {
  const bytes = new Map<string, number>()
  const want = (place: string, wanted: number) => bytes.set(place, Math.max(wanted, bytes.get(place) ?? 0))
  for (const { graph, totals } of steps) {
    for (const { value, place, sums } of allOperands(totals)) {
      const count = sizeOf(infoOf(graph, value).shape)
      want(place, padded(count))
      want(sums, 2 * Float64Array.BYTES_PER_ELEMENT * softplusBlocks(count))
    }
  }
  for (const [place, wanted] of bytes) plan.reserve(place, wanted)
}

/** The place of each array that the graph computes and the crew sums. */
export const totalPlaces = (totals: readonly Total[]): Map<ValueId, string> =>
  new Map(allOperands(totals).map(({ value, place }) => [value, place]))

/** The totals of a step. */
export interface Totals {
  /** Tasks that sum the blocks. */
  readonly tasks: readonly Task[]
  /** Adds the sums up, in float64, and writes the outputs. */
  add(): void
}

/** `valuesOf` gives the array of a value, once the graph has run; `outputs` has the arrays of the outputs. */
export function totalsOf(
  totals: readonly Total[],
  valuesOf: (value: ValueId) => Float32Array,
  outputs: Readonly<Record<string, Float32Array>>,
  kernels: InputKernels,
  arrays: ArenaArrays,
): Totals {
  const tasks: Task[] = []
  const sums = totals.map((total) => {
    const operands = operandsOf(total)
    const terms = total.terms.map((term, index) => {
      const x = valuesOf(term.x)
      if (term.of === 'scalar') return () => term.factor * x[0]!
      if (term.of === 'dot') {
        const y = valuesOf(term.y)
        return () => term.factor * dot(x, y)
      }
      const { sums } = operands[index]!
      tasks.push(kernels.sumsOfSoftplus(arrays.addressOf(sums), x.byteOffset, x.length))
      const blocks = arrays.doubles(sums, 2 * softplusBlocks(x.length))
      return () => term.factor * totalOf(blocks)
    })
    return { output: outputs[total.name]!, terms }
  })
  return {
    tasks,
    add() {
      for (const { output, terms } of sums) output[0] = terms.reduce((sum, term) => sum + term(), 0)
    },
  }
}

/** The sum of a + log(1 + p) over blocks (a, p). */
function totalOf(blocks: Float64Array): number {
  let sum = 0
  for (let at = 0; at < blocks.length; at += 2) sum += blocks[at]! + Math.log1p(blocks[at + 1]!)
  return sum
}

function dot(x: Float32Array, y: Float32Array): number {
  let sum = 0
  for (let index = 0; index < x.length; index++) sum += x[index]! * y[index]!
  return sum
}
