/**
 * TensorFlow's server listens on every address of a host, without encryption, and does not ask who speaks. So hosts
 * train together only where no address is public.
 */
import { lookup } from 'node:dns/promises'
import { BlockList, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { UserError } from '../base/issue.js'
import { reasonOf } from '../base/reason.js'
import { addressText, type HostAddress } from './address.js'

/** Networks that are not routed on the Internet: RFC 1122, 1918, 3927, 6598, 4291, 4193. */
const PRIVATE = new BlockList()
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4')
PRIVATE.addAddress('::1', 'ipv6')
PRIVATE.addSubnet('fe80::', 10, 'ipv6')
PRIVATE.addSubnet('fc00::', 7, 'ipv6')

export const isPrivate = (address: string): boolean => PRIVATE.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** True for an address that reaches only the machine itself. */
export const isLoopback = (address: string): boolean => LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

const REMEDY = 'Use a private network (docs/hosts.md), or say --insecure if a firewall keeps others away.'

type Interfaces = ReturnType<typeof networkInterfaces>

/** Throws a UserError if this machine has a public address. */
export function requirePrivateMachine(interfaces: Interfaces = networkInterfaces()): void {
  const found = Object.entries(interfaces).flatMap(([name, each = []]) =>
    each.flatMap(({ address }) => (isPrivate(withoutZone(address)) ? [] : [`${address} (${name})`])),
  )
  if (found.length === 0) return
  throw new UserError(
    `This machine has a public address: ${found.join(', ')}. Whoever reaches it could run programs in TensorFlow's server while a group trains. ${REMEDY}`,
  )
}

/** Throws a UserError if a host that was connected to has a public address. */
export function requirePrivateHost(name: string, address: string): void {
  if (isPrivate(withoutZone(address))) return
  throw new UserError(`Host ${name} has the public address ${address}. ${REMEDY}`)
}

const withoutZone = (address: string): string => address.replace(/%.*$/, '')

/** Finds the IP address of the host on which a worker listens. Throws a UserError if there is none, or if it is public. */
export async function listenAddress(given: HostAddress, allowsPublic: boolean): Promise<HostAddress> {
  const words = `--listen ${addressText(given)}`
  const { address } = await lookup(given.host).catch((error) => {
    throw new UserError(`${words}: the host is not known (${reasonOf(error)}).`)
  })
  if (!allowsPublic && !isPrivate(address)) {
    const what = /^(0\.0\.0\.0|::)$/.test(address) ? 'every address of this machine' : `the public address ${address}`
    throw new UserError(`${words}: that is ${what}. ${REMEDY}`)
  }
  return { host: address, port: given.port }
}
