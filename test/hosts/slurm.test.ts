import { expect, test } from 'vitest'
import { nodesOf, slurmHosts } from '../../src/hosts/slurm.js'
import { hostsIn } from '../../src/hosts/tf-config.js'

const STEP = {
  SLURM_STEP_NODELIST: 'gpu[08-10],login',
  SLURM_STEP_TASKS_PER_NODE: '2,1(x2),2',
  SLURM_JOB_ID: '1203',
  SLURM_PROCID: '3',
}

test('the processes of a step are those of each node in turn', () => {
  const addresses = ['gpu08:20300', 'gpu08:20301', 'gpu09:20300', 'gpu10:20300', 'login:20300', 'login:20301']
  expect(slurmHosts(STEP)).toEqual({ addresses, rank: 3 })
  const hosts = hostsIn({ ...STEP, TRAINSPEC_HOSTS: 'slurm' })
  expect(hosts).toEqual({ addresses, rank: 3, wait: 600_000, patience: 60_000 })
  // a step of one process, and one that does not ask for a group
  const sole = { ...STEP, SLURM_STEP_NODELIST: 'a', SLURM_STEP_TASKS_PER_NODE: '1', SLURM_PROCID: '0' }
  expect(hostsIn({ ...sole, TRAINSPEC_HOSTS: 'slurm' })).toBeUndefined()
  expect(hostsIn(STEP)).toBeUndefined()
})

test.each([
  ['a', ['a']],
  ['a,b-1', ['a', 'b-1']],
  ['n[1-3,7]', ['n1', 'n2', 'n3', 'n7']],
  ['n[098-101]', ['n098', 'n099', 'n100', 'n101']],
  ['r[0-1]n[1,2]-x', ['r0n1-x', 'r0n2-x', 'r1n1-x', 'r1n2-x']],
])('%s is expanded', (list, nodes) => {
  expect(nodesOf(list)).toEqual(nodes)
})

test.each([
  [{ ...STEP, SLURM_PROCID: undefined }, 'SLURM_PROCID is not set: start the command by srun'],
  [{ ...STEP, SLURM_DISTRIBUTION: 'cyclic' }, 'srun --distribution=block'],
  [{ ...STEP, SLURM_DISTRIBUTION: 'plane=2' }, 'in the order "plane=2"'],
  [{ ...STEP, SLURM_PROCID: '6' }, 'SLURM_PROCID is 6, but the step has 6 processes'],
])('%j is refused', (env, words) => {
  expect(() => slurmHosts(env)).toThrow(words)
  expect(() => hostsIn({ ...STEP, TRAINSPEC_HOSTS: 'mpi' })).toThrow('TRAINSPEC_HOSTS is mpi, but it must be slurm.')
})
