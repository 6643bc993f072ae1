/** The processes of a step of Slurm as a group: `TRAINSPEC_HOSTS=slurm srun --nodes 2 train SPEC`. */
import { UserError } from '../base/issue.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Ports from here on; jobs that share a node have other ports, unless their numbers are a multiple of 400 apart. */
const FIRST_PORT = 20_000
const PORTS_OF_JOB = 100
const JOBS = 400

/** Addresses of all processes in the order of their numbers, and the number of this one. Throws a UserError. */
export function slurmHosts(env: Environment): { readonly addresses: readonly string[]; readonly rank: number } {
  const given = (name: string): string => {
    const value = env[name]
    if (value !== undefined) return value
    throw new UserError(`TRAINSPEC_HOSTS is slurm, but ${name} is not set: start the command by srun.`)
  }
  const nodes = nodesOf(given('SLURM_STEP_NODELIST'))
  const counts = countsOf(given('SLURM_STEP_TASKS_PER_NODE'))
  const port = FIRST_PORT + PORTS_OF_JOB * (Number(given('SLURM_JOB_ID')) % JOBS)
  const { SLURM_DISTRIBUTION: order = 'block' } = env
  if (!order.startsWith('block')) {
    throw new UserError(
      `Slurm gives the processes to the nodes in the order "${order}"; use srun --distribution=block.`,
    )
  }
  const addresses = nodes.flatMap((node, index) =>
    Array.from({ length: counts[index] ?? 0 }, (_, local) => `${node}:${port + local}`),
  )
  const rank = Number(given('SLURM_PROCID'))
  if (rank >= addresses.length) {
    throw new UserError(`SLURM_PROCID is ${rank}, but the step has ${addresses.length} processes.`)
  }
  return { addresses, rank }
}

/** Expands `2(x3),1`. */
function countsOf(text: string): number[] {
  return text.split(',').flatMap((word) => {
    const [, count, times = '1'] = /^(\d+)(?:\(x(\d+)\))?$/.exec(word) ?? []
    return Array.from({ length: Number(times) }, () => Number(count))
  })
}

/** Expands `node[1-3,07],login`; names may have several lists in brackets. */
export function nodesOf(text: string): string[] {
  // commas within brackets divide a list, those outside of them divide names
  const words = text.match(/(?:[^,[\]]|\[[^\]]*\])+/g) ?? []
  return words.flatMap(expanded)
}

function expanded(word: string): string[] {
  const [, before, list, after] = /^([^[]*)\[([^\]]*)\](.*)$/.exec(word) ?? []
  if (before === undefined || list === undefined || after === undefined) return [word]
  return list
    .split(',')
    .flatMap((range) => numbersIn(range).flatMap((number) => expanded(`${before}${number}${after}`)))
}

/** Expands `08-11`; the numbers keep their zeros. */
function numbersIn(range: string): string[] {
  const [first = '', last = first] = range.split('-')
  const count = Number(last) - Number(first) + 1
  return Array.from({ length: count }, (_, index) => String(Number(first) + index).padStart(first.length, '0'))
}
