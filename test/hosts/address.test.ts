import { describe, expect, test } from 'vitest'
import { addressText, parseHosts, parseListen, plainAddress } from '../../src/hosts/address.js'

test.each([
  ['b:7070', { host: 'b', port: 7070 }],
  ['Node-1.Example.org:1', { host: 'node-1.example.org', port: 1 }],
  ['train_0:65535', { host: 'train_0', port: 65_535 }],
  ['10.0.0.2:7070', { host: '10.0.0.2', port: 7070 }],
  ['[fd00::2]:7070', { host: 'fd00::2', port: 7070 }],
])('%s', (text, address) => {
  expect(parseHosts(text)).toEqual([address])
  expect(addressText(address)).toBe(text.toLowerCase())
})

test('several, in their order', () => {
  expect(parseHosts('b:1, a:1,[::1]:2').map(addressText)).toEqual(['b:1', 'a:1', '[::1]:2'])
})

describe('problems', () => {
  test.each([
    'b',
    'b:',
    ':7070',
    'b:x',
    'b:-1',
    'fd00::2:7070',
    '[fd00::2]',
    '[b]:1',
    '10.0.0.300:1',
    '-b:1',
    'b..c:1',
    '',
    'b:1:2',
    'http://b:1',
  ])('the form of %j', (text) => expect(() => parseHosts(text)).toThrow('must be HOST:PORT'))

  test.each([
    ['b:0', 'its port must be from 1 to 65535'],
    ['b:65536', 'its port must be from 1 to 65535'],
    ['[fe80::1%eth0]:1', 'a zone is not the same on another host'],
    ['b:1,B:1', 'b:1 is given twice'],
    [Array.from({ length: 257 }, (_, index) => `h${index}:1`).join(','), 'found 257 hosts, must be at most 256'],
  ])('%s', (text, words) => expect(() => parseHosts(text)).toThrow(words))

  test('all are told at once', () => {
    expect(() => parseHosts('b,c:0')).toThrow(/found "b".*\n.*found "c:0"/)
  })
})

test('a worker may listen on port 0', () => {
  expect(parseListen('127.0.0.1:0')).toEqual({ host: '127.0.0.1', port: 0 })
  expect(() => parseListen('0')).toThrow('--listen: found "0", must be HOST:PORT')
})

test('an IPv4 address that a socket writes as IPv6 is made short', () => {
  expect(['::ffff:10.0.0.1', '10.0.0.1', 'fd00::1', '::ffff:a'].map(plainAddress)).toEqual([
    ...['10.0.0.1', '10.0.0.1', 'fd00::1', '::ffff:a'],
  ])
})
