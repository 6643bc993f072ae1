/** Estimates from the graph, before the first step, whether a step fits into memory. */
import { formatBytes } from '../base/bytes.js'
import { freeMemory } from '../base/free-memory.js'
import { UserError } from '../base/issue.js'
import type { LoadOptions } from './engine.js'

/** Memory of a step, in bytes. */
export interface Demand {
  /** The part that does not depend on the batch size: state and gradients. */
  readonly fixed: number
  /** The part that grows with the batch: inputs and activations. */
  readonly growing: number
}

export const totalOf = ({ fixed, growing }: Demand): number => fixed + growing

/** Estimates are within a third of measured memory, so a step may fit if this fraction of its estimate is free. */
const LEAST_SHARE = 0.7
/** Fraction of free memory that a step may use; the rest is for everything else. */
const USABLE = 0.9

/** Throws a UserError if a step clearly does not fit, and warns if it may not fit. */
export function requireRoom(step: Demand, options: LoadOptions, free = freeMemory()): void {
  const { batchSize, chains, copies = 0, largest } = options
  const demand = { fixed: step.fixed + copies, growing: step.growing }
  const total = totalOf(demand)
  if (total <= USABLE * free) return
  const share = (USABLE * free - demand.fixed) / demand.growing
  const [found, remedy] =
    chains === undefined
      ? [`A step of batch ${batchSize}`, `use a smaller fit.batch_size${fitting(share * batchSize)}`]
      : [`Sampling with ${chains} chains`, `use fewer chains${fitting(share * chains)}`]
  const of = largest === undefined ? '' : `; the output of layer "${largest}" is the largest`
  const parts = `${formatBytes(demand.fixed)} for weights and the engine, ${formatBytes(demand.growing)} for values that grow with the batch${of}`
  const text = `${found} needs about ${formatBytes(total)} of memory (${parts}); ${formatBytes(free)} are free: ${remedy}`
  if (LEAST_SHARE * total > free) throw new UserError(`${text}.`)
  options.warn?.(`${text}; the step may run out of memory.`)
}

/** A note on what would fit, with the count rounded down to one digit; another remedy if not even one fits. */
function fitting(count: number): string {
  if (!(count >= 1)) return ', or a smaller model'
  const unit = 10 ** Math.floor(Math.log10(count))
  return ` (about ${(Math.floor(count / unit) * unit).toLocaleString('en')} would fit)`
}

const OUT_OF_MEMORY =
  /Array buffer allocation failed|could not allocate memory|Failed to allocate memory|bad_alloc|bad allocation|OOM when allocating|Cannot create a Buffer larger|Invalid typed array length: \d{10}|Set maximum size exceeded|Map maximum size exceeded|Invalid string length/i

/** Explains an error of a library that ran out of memory; `undefined` for any other error. */
export function memoryProblem(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : ''
  const found = OUT_OF_MEMORY.exec(message)
  if (!found) return undefined
  const line = message.slice(found.index).split('\n')[0]!
  return `There is too little memory (${line}). Use a smaller fit.batch_size or a smaller model, or raise the limit that \`ulimit -v\` shows, if there is one.`
}
