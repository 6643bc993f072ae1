/** Whether a step fits into memory: known before the first one from the graph, and told in words. */
import { formatBytes } from '../base/bytes.js'
import { freeMemory } from '../base/free-memory.js'
import { UserError } from '../base/issue.js'
import type { LoadOptions } from './engine.js'

/** What a step takes, in bytes. */
export interface Demand {
  /** However large the batch is: state and gradients. */
  readonly fixed: number
  /** With the batch: inputs and activations. */
  readonly growing: number
}

export const totalOf = ({ fixed, growing }: Demand): number => fixed + growing

/** Estimates are within a third of what steps were measured to take: a step that takes this share of one may yet fit. */
const LEAST_SHARE = 0.7
/** Something is left for everything else. */
const USABLE = 0.9

/** Throws a UserError where a step clearly does not fit, and warns where it hardly does. */
export function requireRoom(demand: Demand, options: LoadOptions, free = freeMemory()): void {
  const total = totalOf(demand)
  if (total <= USABLE * free) return
  const { batchSize, chains } = options
  const share = (USABLE * free - demand.fixed) / demand.growing
  const [found, remedy] =
    chains === undefined
      ? [`A step of batch ${batchSize}`, `use a smaller fit.batch_size${fitting(share * batchSize)}`]
      : [`Sampling with ${chains} chains`, `use fewer of them${fitting(share * chains)}`]
  const text = `${found} needs about ${formatBytes(total)} of memory; ${formatBytes(free)} are free: ${remedy}`
  if (LEAST_SHARE * total > free) throw new UserError(`${text}.`)
  options.warn?.(`${text}; it may end in the middle.`)
}

/** Rounded down to one digit; nothing where not even one fits. */
function fitting(count: number): string {
  if (!(count >= 1)) return ', or a smaller model'
  const unit = 10 ** Math.floor(Math.log10(count))
  return ` (about ${(Math.floor(count / unit) * unit).toLocaleString('en')} would fit)`
}

const OUT_OF_MEMORY =
  /Array buffer allocation failed|could not allocate memory|Failed to allocate memory|bad_alloc|bad allocation|OOM when allocating|Cannot create a Buffer larger|Invalid typed array length: \d{10}|Set maximum size exceeded|Map maximum size exceeded|Invalid string length/i

/** What was not foreseen, in words; `undefined` for an error of another kind. */
export function memoryProblem(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : ''
  const found = OUT_OF_MEMORY.exec(message)
  if (!found) return undefined
  const line = message.slice(found.index).split('\n')[0]!
  return `There is too little memory (${line}). Use a smaller fit.batch_size or a smaller model, or raise the limit that \`ulimit -v\` shows, if there is one.`
}
