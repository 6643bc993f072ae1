/** Waits until the hosts of a group are there. */
import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../base/issue.js'
import { reasonOf } from '../base/reason.js'
import { addressText, type HostAddress } from './address.js'
import { type HostLink, RefusedError } from './host-link.js'

export interface FormOptions {
  readonly hosts: readonly HostAddress[]
  /** Connections that are there, by the name of the host. Changed as hosts come and go. */
  readonly links: Map<string, HostLink>
  /** Milliseconds. When they are over, the hosts that are there are enough, or not. */
  readonly wait: number
  /** Milliseconds between two attempts to connect. */
  readonly every: number
  /** True if a host may be busy with another run: it is waited for, as if it were not there. */
  readonly mayBeBusy: boolean
  connect(address: HostAddress, signal: AbortSignal): Promise<HostLink>
  readonly signal: AbortSignal
}

/** A host that is not there, and the reason. */
export interface MissingHost {
  readonly name: string
  readonly why: string
}

/**
 * Connects to every host, again and again, until all are there or the time is over. Returns the hosts that are missing.
 * Throws a UserError if a host refuses, and the reason of the signal when that is aborted.
 */
export async function formGroup(options: FormOptions): Promise<readonly MissingHost[]> {
  const { hosts, links, wait, signal } = options
  const over = new AbortController()
  const why = new Map<string, string>()
  const isWhole = () => hosts.every((host) => links.get(addressText(host))?.isLost === false)
  const timer = setTimeout(() => over.abort(), wait)
  const ending = AbortSignal.any([signal, over.signal])
  try {
    await Promise.all(
      hosts.map(async (host) => {
        const name = addressText(host)
        while (!ending.aborted) {
          const link = links.get(name) ?? (await attempt(host, options, ending, (text) => why.set(name, text)))
          if (link === null) {
            await delay(options.every, undefined, { signal: ending }).catch(() => {})
            continue
          }
          links.set(name, link)
          if (isWhole()) over.abort()
          const lost = await Promise.race([link.lost, aborted(ending)])
          if (lost === null) return
          links.delete(name)
          why.set(name, lost)
        }
      }),
    )
  } catch (error) {
    over.abort()
    throw error
  } finally {
    clearTimeout(timer)
  }
  signal.throwIfAborted()
  return hosts
    .map(addressText)
    .filter((name) => !links.has(name))
    .map((name) => ({ name, why: why.get(name) ?? 'it does not answer' }))
}

async function attempt(
  host: HostAddress,
  { connect, mayBeBusy }: FormOptions,
  signal: AbortSignal,
  failed: (why: string) => void,
): Promise<HostLink | null> {
  try {
    return await connect(host, signal)
  } catch (error) {
    if (signal.aborted) return null
    const isBusy = error instanceof RefusedError && error.because === 'busy'
    if (error instanceof UserError && !(isBusy && mayBeBusy)) throw error
    failed(reasonOf(error))
    return null
  }
}

/** Resolves with null when the signal is aborted. */
const aborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null)
    else signal.addEventListener('abort', () => resolve(null), { once: true })
  })
