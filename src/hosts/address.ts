/** Addresses of hosts as users write them: `b:7070`, `10.0.0.2:7070`, `[fd00::2]:7070`. */
import { isIPv4, isIPv6 } from 'node:net'
import { UserError } from '../base/issue.js'

export interface HostAddress {
  /** A name or an IP address, without brackets. */
  readonly host: string
  readonly port: number
}

/** Limit on the hosts of a group. */
const MOST_HOSTS = 256

const LARGEST_PORT = 65_535

/** Reads the address on which a worker listens. Port 0 stands for a free one. Throws a UserError. */
export function parseListen(text: string): HostAddress {
  const parsed = parseAddress(text, 0)
  if ('problem' in parsed) throw new UserError(`--listen: found ${JSON.stringify(text)}, ${parsed.problem}`)
  return parsed
}

/** Reads `a:7070,b:7070`. Throws a UserError with every problem. */
export function parseHosts(text: string): readonly HostAddress[] {
  const words = text.split(',').map((word) => word.trim())
  const problems: string[] = []
  const found = new Map<string, HostAddress>()
  for (const word of words) {
    const parsed = parseAddress(word, 1)
    if ('problem' in parsed) problems.push(`--hosts: found ${JSON.stringify(word)}, ${parsed.problem}`)
    else if (found.has(addressText(parsed))) problems.push(`--hosts: ${addressText(parsed)} is given twice`)
    else found.set(addressText(parsed), parsed)
  }
  if (words.length > MOST_HOSTS) problems.push(`--hosts: found ${words.length} hosts, must be at most ${MOST_HOSTS}`)
  if (problems.length > 0) throw new UserError(problems.join('\n'))
  return [...found.values()]
}

/** `10.0.0.2:7070`; an IPv6 address is in brackets. */
export const addressText = ({ host, port }: HostAddress): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`

/** The address of the other end of a socket, or of its own: an IPv4 address that is written as IPv6 is made short. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

const FORM = 'must be HOST:PORT, such as b:7070, 10.0.0.2:7070 or [fd00::2]:7070'

/** Reads one address, with a port from `leastPort` on. */
export function parseAddress(text: string, leastPort: number): HostAddress | { readonly problem: string } {
  const [, bracketed, plain, digits] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || digits === undefined) return { problem: FORM }
  if (host.includes('%')) return { problem: 'an address with a zone is not the same on another host' }
  const isHost = bracketed === undefined ? isIPv4(host) || isName(host) : isIPv6(host)
  if (!isHost) return { problem: FORM }
  const port = Number(digits)
  if (port < leastPort || port > LARGEST_PORT) {
    return { problem: `its port must be from ${leastPort} to ${LARGEST_PORT}` }
  }
  return { host: host.toLowerCase(), port }
}

/** True for the name of a host. The last part of a name is no number, so that `10.0.0.300` is none. */
const isName = (text: string): boolean =>
  text.length <= 253 &&
  text.split('.').every((part) => /^[a-z\d_]([a-z\d_-]{0,61}[a-z\d_])?$/i.test(part)) &&
  !/(^|\.)\d+$/.test(text)
