/** Finds out from the environment which hosts train a run together. */
import { z } from 'zod'
import { UserError } from '../base/issue.js'
import { jsonOf } from '../base/json.js'
import type { Hosts } from '../engine/group.js'
import { parseAddress } from './address.js'
import { slurmHosts } from './slurm.js'

/** The convention of TensorFlow's strategies for several workers, which Kubeflow follows too. */
export const TF_CONFIG = 'TF_CONFIG'
/** Seconds to wait for the other hosts at the beginning, and those that a step may take before one is taken for lost. */
export const HOSTS_WAIT = 'TRAINSPEC_HOSTS_WAIT'
export const HOSTS_PATIENCE = 'TRAINSPEC_HOSTS_PATIENCE'

/** The pack of the data, by its name; without it the data are read from the files that the spec names. */
export const HOSTS_PACK = 'TRAINSPEC_HOSTS_PACK'

/** `slurm`: the hosts are those of a step of Slurm. */
export const HOSTS_FROM = 'TRAINSPEC_HOSTS'

const SECONDS = { [HOSTS_WAIT]: 600, [HOSTS_PATIENCE]: 60 }

const address = z.string().superRefine((text, { addIssue }) => {
  const parsed = parseAddress(text, 1)
  if ('problem' in parsed) addIssue({ code: 'custom', message: `found ${JSON.stringify(text)}, ${parsed.problem}` })
})

const schema = z.object({
  cluster: z.object({
    chief: z.array(address).max(1).default([]),
    worker: z.array(address).default([]),
    ps: z.array(z.string()).max(0, { error: 'there are no parameter servers: hosts add their gradients' }).optional(),
  }),
  task: z.object({ type: z.enum(['chief', 'worker']), index: z.int().min(0) }),
})

type Environment = Readonly<Record<string, string | undefined>>

/** The hosts that the environment names; undefined if this process trains alone. Throws a UserError if it is wrong. */
export function hostsIn(env: Environment): Hosts | undefined {
  const found = isGiven(env[TF_CONFIG]) ? hostsOfConfig(env[TF_CONFIG]) : hostsFrom(env)
  if (found === undefined || found.addresses.length === 1) return undefined
  return { ...found, wait: millisecondsIn(env, HOSTS_WAIT), patience: millisecondsIn(env, HOSTS_PATIENCE) }
}

const isGiven = (text: string | undefined): text is string => text !== undefined && text.trim() !== ''

function hostsFrom(env: Environment): Place | undefined {
  const from = env[HOSTS_FROM]
  if (!isGiven(from)) return undefined
  if (from !== 'slurm') throw new UserError(`${HOSTS_FROM} is ${from}, but it must be slurm.`)
  return slurmHosts(env)
}

type Place = Pick<Hosts, 'addresses' | 'rank'>

function hostsOfConfig(text: string): Place {
  const value = jsonOf(text)
  if (value === undefined) throw new UserError(`${TF_CONFIG} is not JSON: ${text.slice(0, 80)}`)
  const { data, error } = schema.safeParse(value)
  if (error) {
    const lines = error.issues.map(({ path, message }) => `${TF_CONFIG}: ${[...path, message].join(' ')}`)
    throw new UserError(lines.join('\n'))
  }
  const { cluster, task } = data
  const addresses = [...cluster.chief, ...cluster.worker]
  const own = task.type === 'chief' ? task.index : cluster.chief.length + task.index
  if (task.index >= cluster[task.type].length) {
    throw new UserError(
      `${TF_CONFIG}: the cluster has no ${task.type} ${task.index}; it has ${cluster[task.type].length}, counted from 0.`,
    )
  }
  if (new Set(addresses).size < addresses.length) throw new UserError(`${TF_CONFIG}: two hosts have the same address.`)
  return { addresses, rank: own }
}

function millisecondsIn(env: Environment, name: keyof typeof SECONDS): number {
  const text = env[name]
  if (text === undefined || text === '') return 1000 * SECONDS[name]
  const seconds = Number(text)
  if (seconds > 0 && seconds < 1e6) return 1000 * seconds
  throw new UserError(`${name} is ${text}, but it must be a number of seconds.`)
}
