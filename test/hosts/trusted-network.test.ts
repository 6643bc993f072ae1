import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import {
  isLoopback,
  isPrivate,
  listenAddress,
  requirePrivateHost,
  requirePrivateMachine,
} from '../../src/hosts/trusted-network.js'

test.each([
  ...[
    '127.0.0.1',
    '127.9.9.9',
    '10.255.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.1.1',
    '100.64.0.1',
  ],
  ...['100.127.255.255', '::1', 'fe80::1', 'febf::1', 'fc00::1', 'fdff::1', '::ffff:10.0.0.1'],
])('%s is private', (address) => expect(isPrivate(address)).toBe(true))

test.each([
  ...['8.8.8.8', '172.15.0.1', '172.32.0.1', '192.169.0.1', '100.63.0.1', '100.128.0.1', '169.253.0.1', '0.0.0.0'],
  ...['192.0.2.2', '2001:db8::1', 'fec0::1', 'fe00::1', '::', '::ffff:8.8.8.8', '224.0.0.1'],
])('%s is public', (address) => expect(isPrivate(address)).toBe(false))

test('loopback', () => {
  expect(['127.0.0.1', '127.1.2.3', '::1', '10.0.0.1', 'fd00::1'].map(isLoopback)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
})

describe('a machine', () => {
  const machine = (...addresses: string[]) => ({
    lo: [{ address: '127.0.0.1' } as NetworkInterfaceInfo],
    eth0: addresses.map((address) => ({ address }) as NetworkInterfaceInfo),
  })

  test('with private addresses is allowed', () => {
    expect(() => requirePrivateMachine(machine('10.0.0.1', 'fe80::1%eth0', 'fd00::1'))).not.toThrow()
  })

  test('with a public one is not; the message names it', () => {
    expect(() => requirePrivateMachine(machine('10.0.0.1', '8.8.8.8', '2001:db8::1'))).toThrow(
      'This machine has a public address: 8.8.8.8 (eth0), 2001:db8::1 (eth0).',
    )
  })
})

test('a host with a public address is not used', () => {
  expect(() => requirePrivateHost('b:7070', '10.0.0.2')).not.toThrow()
  expect(() => requirePrivateHost('b:7070', '8.8.8.8')).toThrow('Host b:7070 has the public address 8.8.8.8.')
})

describe('the address to listen on', () => {
  test.each([
    ['0.0.0.0', 'that is every address of this machine'],
    ['::', 'that is every address of this machine'],
    ['8.8.8.8', 'that is the public address 8.8.8.8'],
  ])('%s is refused, and allowed with --insecure', async (host, words) => {
    await expect(listenAddress({ host, port: 1 }, false)).rejects.toThrow(words)
    expect(await listenAddress({ host, port: 1 }, true)).toEqual({ host, port: 1 })
  })

  test('may be a name', async () => {
    const { host, port } = await listenAddress({ host: 'localhost', port: 7 }, false)
    expect([isLoopback(host), port]).toEqual([true, 7])
  })

  test('must be known', async () => {
    await expect(listenAddress({ host: 'no-such-host.invalid', port: 1 }, false)).rejects.toThrow(
      'the host is not known',
    )
  })
})
