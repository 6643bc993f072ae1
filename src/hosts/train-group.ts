/** Trains on a group of hosts: starts a process on each, and begins anew with those that are there when one is lost. */
import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../base/issue.js'
import { addressText, type HostAddress } from './address.js'
import { seconds } from './channel.js'
import { formGroup } from './form-group.js'
import { freePort } from './free-port.js'
import type { HostLink } from './host-link.js'
import type { RankTask } from './messages.js'
import { type Cluster, endWords, type TrainingEnd, type TrainingProcess } from './training-process.js'
import { isLoopback } from './trusted-network.js'

export interface GroupOptions {
  /** The other hosts: ranks 1, 2, ... */
  readonly hosts: readonly HostAddress[]
  /** The fewest hosts that train, this one included. */
  readonly least: number
  /** Milliseconds to wait for hosts: at the beginning, and when one was lost. */
  readonly waits: { readonly first: number; readonly again: number }
  connect(address: HostAddress, signal: AbortSignal): Promise<HostLink>
  /** The work of the other hosts. */
  readonly task: Omit<RankTask, 'cluster' | 'rank' | 'pack'>
  /**
   * Gives the data to hosts that do not have them. Returns the pack that each of these reads. Throws a UserError if one
   * cannot keep them, another error if one is lost, and the reason of the signal.
   */
  supply?(members: readonly HostLink[], signal: AbortSignal): Promise<ReadonlyMap<HostLink, string>>
  /** Starts the process of this machine, rank 0. `isAgain`: it goes on with the run. */
  start(cluster: Cluster, isAgain: boolean): TrainingProcess
  /** The exit code with which a rank says that it has lost the others. */
  readonly lostCode: number
  /** A text that changes with every new checkpoint, and with bytes of the data that no host had before. */
  progress(): Promise<string>
  /** Says what went wrong; `note` what goes on. */
  say(line: string): void
  note(line: string): void
  /** Aborted when the user ends the run. */
  readonly signal: AbortSignal
  readonly timing?: GroupTiming
}

/** Milliseconds. */
export interface GroupTiming {
  /** Between two attempts to connect. */
  readonly every: number
  /** Time in which the cause may become known, when a rank says that it has lost the others. */
  readonly grace: number
  /** Time in which the other ranks may end by themselves when rank 0 has ended. */
  readonly ending: number
}

const TIMING: GroupTiming = { every: 1000, grace: 500, ending: 2000 }

/** How training ended. */
export type GroupEnd =
  /** The exit code of rank 0, or of another rank that cannot train. */
  | { readonly code: number }
  /** The group cannot go on: why, in words. */
  | { readonly lost: string }

/** How often a group may be lost without progress. */
const MOST_LOSSES = 3

/**
 * Trains until the run is over, or cannot go on. Throws a UserError if a host refuses, and the reason of the signal if it
 * is aborted while no process trains.
 */
export async function trainGroup(options: GroupOptions): Promise<GroupEnd> {
  const links = new Map<string, HostLink>()
  try {
    return await trainWith(links, options)
  } finally {
    for (const link of links.values()) link.close()
  }
}

async function trainWith(links: Map<string, HostLink>, options: GroupOptions): Promise<GroupEnd> {
  const { hosts, least, waits, say, note, signal, progress, connect, timing = TIMING } = options
  const all = hosts.length + 1
  let mark = await progress()
  let losses = 0
  for (let round = 0; ; round++) {
    const isAgain = round > 0
    const wait = isAgain ? waits.again : waits.first
    const patient = isAgain ? undefined : noteWaiting(links, options)
    const missing = await formGroup({
      ...{ hosts, links, wait, connect, signal },
      ...{ every: timing.every, mayBeBusy: isAgain },
    }).finally(() => clearTimeout(patient))
    const count = all - missing.length
    const absent = missing.map(({ name, why }) => `${name} (${why})`).join(', ')
    if (count < least) {
      const there = `only ${count} of ${all} hosts ${count === 1 ? 'is' : 'are'} there, and ${least} are needed`
      return { lost: `After ${seconds(wait)} ${there}. Missing: ${absent}.` }
    }
    if (missing.length > 0) say(`Missing: ${absent}.`)
    const members = hosts.flatMap((host) => links.get(addressText(host)) ?? [])
    const words = `${count} of ${all} hosts: this machine${members.map(({ name }) => `, ${name}`).join('')}`
    if (isAgain) say(`The group is formed anew, of ${words}.`)
    else note(`Training on ${words}.`)
    const end = await trainOnce(members, isAgain, options)
    if ('code' in end) return end
    for (const { name, isLost } of members) if (isLost) links.delete(name)
    if (signal.aborted) return end
    const now = await progress()
    losses = now === mark ? losses + 1 : 1
    mark = now
    if (losses === MOST_LOSSES) return { lost: `${end.lost} It is the third time without a new checkpoint.` }
    say(`${end.lost} Waiting up to ${seconds(waits.again)} to form the group anew.`)
  }
}

/** Says soon which hosts are waited for. */
const noteWaiting = (links: ReadonlyMap<string, HostLink>, { hosts, waits, note, timing = TIMING }: GroupOptions) =>
  setTimeout(() => {
    const names = hosts.map(addressText).filter((name) => !links.has(name))
    note(`Waiting up to ${seconds(waits.first)} for ${names.join(', ')}.`)
  }, 2 * timing.every)

/** Why a group ends. */
interface Cause {
  readonly end: GroupEnd
  /** The strongest of several causes counts: others may be results of it. With 2, no other is waited for. */
  readonly strength: 0 | 1 | 2
  /** The words that are said if this cause counts. */
  readonly words?: string
}

/** Starts a process on each host, and ends all of them when one has ended the run or the group. */
async function trainOnce(members: readonly HostLink[], isAgain: boolean, options: GroupOptions): Promise<GroupEnd> {
  const { task, start, say, lostCode, signal, timing = TIMING } = options
  const packs = await supplied(members, options)
  if ('lost' in packs) return packs
  const cluster = await clusterOf(members)
  if ('lost' in cluster) return cluster
  signal.throwIfAborted()
  const causes = new Causes()
  const others = members.map(async (link, index) => {
    const pack = packs.get(link)
    const ended = link.start({ ...task, cluster, rank: index + 1, ...(pack !== undefined && { pack }) })
    const end = await Promise.race([ended, link.lost])
    const cause = typeof end === 'string' ? lost(lostWords(link.name, end)) : causeOfHost(link.name, end, lostCode)
    if (cause !== null) causes.add(cause)
  })
  const own = start({ cluster, rank: 0, wait: task.wait }, isAgain)
  own.ended.then((end) => causes.add(causeOfOwn(end, lostCode)))
  const { end, words } = await causes.strongest(timing.grace)
  own.kill()
  if (words !== undefined) say(words)
  // ranks that train to the end do so at about the same time
  if ('code' in end) await Promise.race([Promise.all(others), delay(timing.ending, undefined, { ref: false })])
  await Promise.all([own.ended, ...members.map((link) => link.stop())])
  return end
}

/** Gives the data to hosts that do not have them. Returns the pack that each reads, or which host was lost meanwhile. */
async function supplied(
  members: readonly HostLink[],
  { supply, signal }: GroupOptions,
): Promise<ReadonlyMap<HostLink, string> | { readonly lost: string }> {
  try {
    return (await supply?.(members, signal)) ?? new Map()
  } catch (error) {
    signal.throwIfAborted()
    const gone = members.find(({ isLost }) => isLost)
    if (error instanceof UserError || gone === undefined) throw error
    return { lost: lostWords(gone.name, await gone.lost) }
  }
}

/** Asks each host for a port. Returns the addresses of all ranks, or which host was lost meanwhile. */
async function clusterOf(members: readonly HostLink[]): Promise<readonly string[] | { readonly lost: string }> {
  const ports = await Promise.all(members.map((link) => link.prepare().catch((error: Error) => error.message)))
  for (const [index, port] of ports.entries()) {
    if (typeof port === 'string') return { lost: lostWords(members[index]!.name, port) }
  }
  const own = { host: ownAddress(members), port: await freePort() }
  const others = members.map(({ remote }, index) => ({ host: remote, port: ports[index] as number }))
  return [own, ...others].map(addressText)
}

/**
 * The address under which other hosts reach this machine: that from which it reaches them. Throws a UserError if one is
 * this machine itself, under an address that only it can use, and another is not.
 */
export function ownAddress(members: readonly Pick<HostLink, 'name' | 'local' | 'remote'>[]): string {
  const outside = members.find(({ local }) => !isLoopback(local))
  const inside = members.find(({ remote }) => isLoopback(remote))
  if (outside && inside) {
    throw new UserError(
      `Host ${inside.name} has the address ${inside.remote}, under which ${outside.name} cannot reach it. Give it by its address in their network.`,
    )
  }
  return (outside ?? inside)?.local ?? '127.0.0.1'
}

const lostWords = (name: string, why: string): string => `Host ${name} is lost (${why}).`

const lost = (words: string): Cause => ({ end: { lost: words }, strength: 2 })

/** Says what a rank knows that has lost the others: it may be the result of anything. */
const hasLost = (subject: string): Cause => ({ end: { lost: `${subject} has lost another host.` }, strength: 0 })

function causeOfOwn({ code, signal, words }: TrainingEnd, lostCode: number): Cause {
  if (code === lostCode) return hasLost('This machine')
  if (code !== null) return { end: { code }, strength: 2 }
  return lost(`The training process of this machine was ended (${signal ?? words}).`)
}

/** Exit codes with which another rank has trained to the end of the run, as rank 0 does: success, an expectation, NaN. */
const TRAINED: readonly number[] = [0, 1, 3]

/** Exit codes above this stand for a signal that has asked one rank to end, so that all end after the same step. */
const AFTER_SIGNALS = 128

/** Returns null if rank 0 ends too, by itself. */
function causeOfHost(name: string, end: TrainingEnd, lostCode: number): Cause | null {
  const { code, words } = end
  if (code === null) return lost(`The training process of host ${name} was ended (${endWords(end)}).`)
  if (TRAINED.includes(code) || code > AFTER_SIGNALS) return null
  if (code === lostCode) return hasLost(`Host ${name}`)
  // rank 0 may find the same problem, and tells it better
  return { end: { code }, strength: 1, words: `Host ${name} cannot train (${endWords(end)}):\n${words.trimEnd()}` }
}

/** Collects causes. Most of them follow from the first. */
class Causes {
  readonly #all: Cause[] = []
  #added: () => void = () => {}

  add(cause: Cause): void {
    this.#all.push(cause)
    this.#added()
  }

  /** Waits for a cause, and `grace` milliseconds for a stronger one. */
  async strongest(grace: number): Promise<Cause> {
    while (this.#all.length === 0) await this.#next()
    const over = delay(grace, true, { ref: false })
    for (let isOver = false; !isOver; ) {
      const strong = this.#all.find(({ strength }) => strength === 2)
      if (strong) return strong
      isOver = await Promise.race([this.#next().then(() => false), over])
    }
    return this.#all.find(({ strength }) => strength === 1) ?? this.#all[0]!
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#added = resolve
    })
  }
}
