import { expect, test } from 'vitest'
import { HOSTS_WAIT, hostsIn, TF_CONFIG } from '../../src/hosts/tf-config.js'

const config = (value: unknown) => ({ [TF_CONFIG]: JSON.stringify(value) })
const WORKER = ['10.0.0.1:2222', '[fe80::1]:2223', 'node-3:2224']

test('hosts are those of TF_CONFIG, the chief first', () => {
  const task = { type: 'worker', index: 1 }
  expect(hostsIn(config({ cluster: { worker: WORKER }, task }))).toEqual({
    ...{ addresses: WORKER, rank: 1, wait: 600_000, patience: 60_000 },
  })
  const withChief = { cluster: { chief: ['boss:1'], worker: WORKER }, task }
  expect(hostsIn({ ...config(withChief), [HOSTS_WAIT]: '2.5' })).toEqual({
    ...{ addresses: ['boss:1', ...WORKER], rank: 2, wait: 2500, patience: 60_000 },
  })
})

test.each([{}, { [TF_CONFIG]: '' }, config({ cluster: { worker: ['a:1'] }, task: { type: 'worker', index: 0 } })])(
  'with %j a process trains alone',
  (env) => {
    expect(hostsIn(env)).toBeUndefined()
  },
)

test.each([
  [{ [TF_CONFIG]: '{' }, 'TF_CONFIG is not JSON: {'],
  [
    config({ cluster: { worker: ['a'] }, task: { type: 'worker', index: 0 } }),
    'cluster worker 0 found "a", must be HOST:PORT',
  ],
  [
    config({ cluster: { worker: ['a:70000'] }, task: { type: 'worker', index: 0 } }),
    'found "a:70000", its port must be from 1 to 65535',
  ],
  [
    config({ cluster: { worker: WORKER }, task: { type: 'worker', index: 3 } }),
    'the cluster has no worker 3; it has 3',
  ],
  [config({ cluster: { worker: WORKER }, task: { type: 'ps', index: 0 } }), 'TF_CONFIG: task type'],
  [
    config({ cluster: { worker: WORKER, ps: ['b:1'] }, task: { type: 'worker', index: 0 } }),
    'there are no parameter servers: hosts add their gradients',
  ],
  [
    config({ cluster: { worker: ['a:1', 'a:1'] }, task: { type: 'worker', index: 0 } }),
    'two hosts have the same address',
  ],
  [
    { ...config({ cluster: { worker: WORKER }, task: { type: 'worker', index: 0 } }), [HOSTS_WAIT]: 'long' },
    'TRAINSPEC_HOSTS_WAIT is long, but it must be a number of seconds.',
  ],
])('%j is refused', (env, words) => {
  expect(() => hostsIn(env)).toThrow(words)
})
