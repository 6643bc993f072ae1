/** Training on several hosts, each with a network of its own where this user may make one. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { locateTensorflow } from '../../src/libtensorflow/locate.js'
import { RUN_FILES } from '../../src/spec/run-files.js'
import { until } from '../support/cluster.js'
import { COMMAND, temporaryFolder } from '../support/command.js'
import { type HostProcess, openHosts, type StartOptions, type TestHosts } from '../support/network-hosts.js'

const library = locateTensorflow(process.env, { onlySetUp: true })
const HOST_RUN = join(import.meta.dirname, '../support/host-run.js')

/** All with `HOSTS=all`. Otherwise a few, because hosts-control.test.ts also kills hosts. */
const some = <One>(all: readonly One[], few: readonly One[]) => (process.env.HOSTS === 'all' ? all : few)
/** `HOST_STEPS=200` for as many steps; otherwise one epoch. */
const steps = Number(process.env.HOST_STEPS ?? 1)
/** Training rows of mnist-10k but those for validation. */
const ROWS = 7200
const epochsOf = (batch: number) => Math.ceil(steps / Math.ceil(ROWS / batch))

/** Closes hosts at the end of the work, whatever happens. */
async function withHosts<Result>(count: number, work: (hosts: TestHosts) => Promise<Result>): Promise<Result> {
  const hosts = await openHosts(count)
  try {
    return await work(hosts)
  } finally {
    hosts.close()
  }
}

describe.skipIf(!library)('the run of one machine with the whole batch', () => {
  interface Trained {
    readonly losses: readonly number[]
    readonly epochs: readonly Readonly<Record<string, number>>[]
    readonly warnings: readonly string[]
    readonly state: string
  }

  const trainedAlone = async (args: readonly string[]): Promise<Trained> =>
    JSON.parse((await promisify(execFile)(process.execPath, [HOST_RUN, ...args], { maxBuffer: 2 ** 26 })).stdout)

  const trainedOn = (
    count: number,
    args: readonly string[],
    optionsOf: (rank: number) => StartOptions = () => ({}),
  ): Promise<readonly Trained[]> =>
    withHosts(count, async ({ start }) => {
      const started = Array.from({ length: count }, (_, rank) => start(rank, [HOST_RUN, ...args], optionsOf(rank)))
      const codes = await Promise.all(started.map(({ ended }) => ended))
      expect(codes, started.map(({ written }) => written.stderr).join('\n')).toEqual(codes.map(() => 0))
      return started.map(({ written }) => JSON.parse(written.stdout))
    })

  const largestGap = (a: readonly number[], b: readonly number[]) =>
    Math.max(...a.map((value, index) => Math.abs(value - b[index]!) / Math.abs(value)))

  /** Neither 643 nor what is left of 7,200 or 8,000 rows is a multiple of 3. */
  const SETTINGS = ['data.dataset=mnist-10k']
  const batchesOf = (size: number) => [`fit.batch_size=${size}`, `fit.epochs=${epochsOf(size)}`]
  const SPECS = ['mnist-mlp', 'mnist-lstm', 'mnist-cnn'].map((name) => `specs/${name}.json`)

  const timeout = 300_000 + 10_000 * steps
  test.each(some(SPECS, SPECS.slice(0, 1)))(
    '%s on two hosts of one core, which compute what two halves of a batch do',
    async (file) => {
      const args = [file, ...SETTINGS, ...batchesOf(128)]
      const alone = await trainedAlone(args)
      // with more threads, TensorFlow sums the gradient of a filter in another order
      const each = await trainedOn(2, args, (rank) => ({ core: rank }))
      expect(new Set(each.map(({ state }) => state)).size).toBe(1)
      expect(each[0]!.losses).toHaveLength(alone.losses.length)
      expect(largestGap(alone.losses, each[0]!.losses)).toBeLessThan(1e-5)
      expect(each.map(({ epochs }) => epochs)).toEqual([each[0]!.epochs, each[0]!.epochs])
      expect(each[0]!.warnings).toEqual([])
    },
    timeout,
  )

  test.each(some(SPECS, SPECS.slice(0, 1)))(
    '%s on three hosts with uneven shares',
    async (file) => {
      // sums of three are rounded in another order; at a higher rate that is amplified, as between two engines
      const args = [file, ...SETTINGS, ...batchesOf(643), 'optimizer.learning_rate=1e-5']
      const alone = await trainedAlone(args)
      const each = await trainedOn(3, args)
      expect(new Set(each.map(({ state }) => state)).size).toBe(1)
      expect(each[0]!.losses).toHaveLength(alone.losses.length)
      expect(largestGap(alone.losses, each[0]!.losses)).toBeLessThan(1e-5)
      for (const [key, value] of Object.entries(alone.epochs.at(-1)!)) {
        expect(each[0]!.epochs.at(-1)![key]! / value, key).toBeCloseTo(1, 4)
      }
    },
    timeout,
  )

  const SMALL = {
    name: 'small',
    seed: 3,
    data: { dataset: 'mnist-10k', flatten: true },
    loss: 'categorical_crossentropy',
    metrics: ['acc', 'AUC'],
    fit: { batch_size: 643, epochs: 2, validation_split: 0.1 },
  }
  const output = { type: 'Dense', units: 10, activation: 'softmax' }
  const MODELS = {
    'noise, regularization, clipping, constraints, running means and accumulated gradients': {
      ...SMALL,
      model: {
        type: 'Sequential',
        layers: [
          { type: 'GaussianNoise', stddev: 0.1 },
          { type: 'Dense', units: 30, activation: 'relu', kernel_regularizer: { type: 'l2', l2: 0.01 } },
          { type: 'Dropout', rate: 0.3 },
          { ...output, kernel_constraint: { type: 'max_norm', max_value: 1 } },
        ],
      },
      optimizer: { type: 'AdamW', global_clipnorm: 0.5, use_ema: true, gradient_accumulation_steps: 2 },
    },
    'contrastive divergence': {
      ...SMALL,
      data: { ...SMALL.data, binarize: 'sample' },
      model: { type: 'RBM', hidden_units: 30 },
      optimizer: { type: 'SGD', learning_rate: 0.05 },
      loss: undefined,
      metrics: ['reconstruction_error', 'update_ratio'],
      training: { algorithm: 'cd', k: 1 },
    },
  }

  const inFile = (spec: object): string => {
    const folder = temporaryFolder({ 'spec.json': JSON.stringify(spec) })
    return join(folder, 'spec.json')
  }

  test.each(Object.entries(MODELS))('%s', async (_, spec) => {
    const file = inFile(spec)
    const alone = await trainedAlone([file])
    const each = await trainedOn(3, [file])
    expect(new Set(each.map(({ state }) => state)).size).toBe(1)
    const [first] = each
    // the loss of an RBM is a small difference of large energies
    expect(largestGap(alone.losses, first!.losses)).toBeLessThan('loss' in spec && spec.loss ? 1e-5 : 1e-3)
    for (const [key, value] of Object.entries(alone.epochs.at(-1)!)) {
      expect(first!.epochs.at(-1)![key]! / value, key).toBeCloseTo(1, 4)
    }
    expect(first!.warnings).toEqual([])
  })

  test('batch normalization is that of each host, and a warning says so', async () => {
    const layers = [{ type: 'Dense', units: 30 }, { type: 'BatchNormalization' }, { type: 'ReLU' }, output]
    const each = await trainedOn(2, [
      inFile({ ...SMALL, model: { type: 'Sequential', layers }, optimizer: { type: 'Adam' } }),
    ])
    expect(new Set(each.map(({ state }) => state)).size).toBe(1)
    for (const { warnings } of each) {
      expect(warnings).toEqual([expect.stringMatching(/^The model looks across the samples of a batch/)])
    }
  })

  test('what hosts cannot share is refused', async () => {
    const spec = { ...MODELS['contrastive divergence'], training: { algorithm: 'pcd' } }
    await withHosts(2, async ({ start }) => {
      const one = start(0, [COMMAND, inFile(spec), '--out', 'never'])
      expect(await one.ended).toBe(2)
      expect(one.written.stderr).toMatch(/^Several hosts cannot train an RBM by "pcd"/)
    })
  })
})

describe.skipIf(!library)('hosts that are lost', () => {
  const SPEC = {
    name: 'small',
    seed: 7,
    data: { dataset: 'mnist-10k', flatten: true },
    model: {
      type: 'Sequential',
      layers: [
        { type: 'Dense', units: 64, activation: 'relu' },
        { type: 'Dropout', rate: 0.2 },
        { type: 'Dense', units: 10, activation: 'softmax' },
      ],
    },
    optimizer: { type: 'Adam' },
    loss: 'categorical_crossentropy',
    metrics: ['acc'],
    fit: { batch_size: 250, epochs: 20, validation_split: 0.1 },
    checkpoint: { every: 20 },
  }
  const PATIENCE = { TRAINSPEC_HOSTS_PATIENCE: '3', TRAINSPEC_HOSTS_WAIT: '12' }
  let cwd: string
  let hosts: TestHosts
  let undisturbed: Buffer

  const start = (rank: number, out: string, options: StartOptions = {}, args: readonly string[] = []) =>
    hosts.start(rank, [COMMAND, 'spec.json', ...(rank === 0 ? ['--out', out, '--resume'] : []), ...args], {
      cwd,
      env: { ...PATIENCE, ...options.env },
    })
  const weights = (out: string) => readFileSync(join(cwd, out, 'model/weights.bin'))
  const bothEnd = async (...started: HostProcess[]) => Promise.all(started.map(({ ended }) => ended))
  /** Resolves when training is under way and some steps after a checkpoint are done. */
  const underWay = async (out: string) => {
    const folder = join(cwd, out, RUN_FILES.checkpoints)
    await until(() => existsSync(folder) && readdirSync(folder).some((file) => /^[0-9]+$/.test(file)))
    await delay(100)
  }

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'hosts-'))
    writeFileSync(join(cwd, 'spec.json'), JSON.stringify(SPEC))
    hosts = await openHosts(2)
    const started = [start(0, 'undisturbed'), start(1, 'undisturbed')]
    expect(await bothEnd(...started), started[0]!.written.stderr).toEqual([0, 0])
    expect(started[1]!.written).toEqual({ stdout: '', stderr: '' })
    undisturbed = weights('undisturbed')
    expect(JSON.parse(readFileSync(join(cwd, 'undisturbed', RUN_FILES.history), 'utf8')).hosts).toBe(2)
  })
  afterAll(() => {
    hosts.close()
    rmSync(cwd, { recursive: true, force: true })
  })

  /** A connection may break without a word to the process that waits. */
  const LOST = /(Another host is lost|Nothing came from the other hosts for [0-9]+ s): .*\nWith --resume/

  const FAULTS = [
    { fault: 'a killed worker', rank: 1, by: 'SIGKILL' },
    { fault: 'a killed leader', rank: 0, by: 'SIGKILL' },
    { fault: 'a stopped process', rank: 1, by: 'SIGSTOP' },
    { fault: 'a link that is taken down', rank: 1, by: 'link' },
  ] as const

  test.each(some(FAULTS, []))(
    '$fault: the others end with code 75, and go on to the same weights',
    async ({ fault, rank, by }) => {
      if (by === 'link' && !hosts.areApart) return
      const out = fault.replaceAll(' ', '-')
      const started = [start(0, out), start(1, out)] as const
      await underWay(out)
      const [lost, other] = rank === 0 ? started : ([started[1], started[0]] as const)
      if (by === 'link') hosts.link(rank, 'down')
      else lost.child.kill(by)
      expect(await other.ended, other.written.stderr).toBe(75)
      expect(other.written.stderr).toMatch(LOST)
      if (by === 'link') {
        expect(await lost.ended).toBe(75)
        hosts.link(rank, 'up')
      } else {
        lost.child.kill('SIGKILL')
        await lost.ended
      }
      expect(await bothEnd(start(0, out), start(1, out))).toEqual([0, 0])
      expect(weights(out).equals(undisturbed)).toBe(true)
    },
  )

  test.runIf(process.env.HOSTS === 'all')('a host that comes late: the first one waits, and all train', async () => {
    const first = start(0, 'late')
    await delay(3000)
    expect(await bothEnd(first, start(1, 'late'))).toEqual([0, 0])
    expect(weights('late').equals(undisturbed)).toBe(true)
  })

  test.each(some([0, 1], [1]))('a host that never comes: host %i ends with code 75', async (rank) => {
    const alone = start(rank, 'never', { env: { TRAINSPEC_HOSTS_WAIT: '2' } })
    expect(await alone.ended).toBe(75)
    expect(alone.written.stderr).toMatch(/Not all hosts came within 2 s: /)
    expect(existsSync(join(cwd, 'never'))).toBe(false)
  })

  test('Ctrl-C on one host: all end after the same step, and the run goes on to the same weights', async () => {
    const started = [start(0, 'stopped'), start(1, 'stopped')] as const
    await underWay('stopped')
    started[1].child.kill('SIGINT')
    expect(await bothEnd(...started)).toEqual([143, 130])
    expect(await bothEnd(start(0, 'stopped'), start(1, 'stopped'))).toEqual([0, 0])
    expect(weights('stopped').equals(undisturbed)).toBe(true)
  })

  test('another spec on one host: it says where they differ, and no host trains', async () => {
    const started = [start(0, 'other'), start(1, 'other', {}, ['--set', 'fit.batch_size=100'])] as const
    expect(await bothEnd(...started)).toEqual([2, 2])
    for (const { written } of started) expect(written.stderr).toContain('fit.batch_size: 250 there, 100 here')
  })
})
