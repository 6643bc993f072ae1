/**
 * Training on two hosts of one core each, beside one process on one core with half of the batch. Hosts are network
 * namespaces of this machine, so there is no wire: that needs root, iproute2 and two cores.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startPeer } from './peer.js'
import { median, ms, titledTable } from './table.js'
import { stopAll, takeTurns } from './turns.js'

const inRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const SCRIPT = inRoot('scripts/network-hosts.sh')
const NAME = `b${process.pid}`
const HOSTS = 2
const PORT = 2222

/** Samples of each host in a step. */
const JOBS = [
  { spec: 'mnist-mlp', batches: [128, 512, 2048], steps: 100 },
  { spec: 'mnist-cnn', batches: [64, 128, 256], steps: 10 },
]
const CHUNK = 5

export async function benchHosts({ rounds, log }) {
  const hosts = execFileSync(SCRIPT, ['make', NAME, String(HOSTS)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  try {
    const results = []
    for (const { spec, batches, steps } of JOBS) {
      for (const batch of batches) results.push(await benchJob({ hosts, spec, batch, steps, rounds, log }))
    }
    const text = titledTable(
      'A step of one process on one core, and of two hosts of one core each with the same batch each',
      [
        '',
        'batch of each',
        'one',
        'minimum',
        'two hosts',
        'minimum',
        'samples/s, times',
        'sent by each',
        'of the least',
      ],
      results.map(({ spec, batch, one, two, times, sent, share }) => [
        ...[spec, String(batch), ms(one.median), ms(one.min), ms(two.median), ms(two.min)],
        ...[times.toFixed(2), `${(sent / 1e6).toFixed(3)} MB`, `${(100 * share).toFixed(1)} %`],
      ]),
    )
    return { text: `${text}\n${plans(results)}`, results }
  } finally {
    execFileSync(SCRIPT, ['remove', NAME, String(HOSTS)])
  }
}

/** Hosts and networks of the plan: bits a second, and seconds for a message to the next host. */
const MANY = [2, 4, 8, 16, 32, 64]
const NETWORKS = [
  { name: '1 Gbit/s', rate: 1e9, delay: 1e-4 },
  { name: '10 Gbit/s', rate: 1e10, delay: 5e-5 },
  { name: '100 Gbit/s', rate: 1e11, delay: 2e-5 },
]

/**
 * Gives the speed of many hosts by a model: a step is that of one host, then a ring of 2 (N - 1) messages, in which each host
 * sends 2 (N - 1) / N of the gradients. A byte takes the time of the processor that was measured here, and then that of
 * the wire; nothing overlaps.
 */
function plans(results) {
  const rows = results.flatMap(({ spec, batch, one, two, sent, share }) => {
    const gradients = sent / share
    const perByte = Math.max(0, two.min - one.min) / 1000 / gradients
    return NETWORKS.map(({ name, rate, delay }) => [
      ...[spec, String(batch), name],
      ...MANY.map((hosts) => {
        const bytes = ((2 * (hosts - 1)) / hosts) * gradients
        const step = one.min / 1000 + bytes * (perByte + 8 / rate) + 2 * (hosts - 1) * delay
        return ((hosts * one.min) / 1000 / step).toFixed(1)
      }),
    ])
  })
  const header = ['', 'batch of each', 'network', ...MANY.map((hosts) => `${hosts} hosts`)]
  return titledTable('By the model: samples a second, times those of one host', header, rows)
}

async function benchJob({ hosts, spec, batch, steps, rounds, log }) {
  const args = (size) => [
    inRoot('bench/ours.js'),
    'tensorflow',
    'float32',
    inRoot(`specs/${spec}.json`),
    `fit.batch_size=${size}`,
  ]
  const on = (core, words) => ['taskset', ['-c', String(core), ...words]]
  const worker = hosts.map(([, address]) => `${address}:${PORT}`)
  const startHost = ([namespace], index) =>
    startPeer(...on(index, ['ip', 'netns', 'exec', namespace, process.execPath, ...args(HOSTS * batch)]), {
      TF_CONFIG: JSON.stringify({ cluster: { worker }, task: { type: 'worker', index } }),
    })
  const programs = [
    { name: `${spec}, batch ${batch}, alone`, start: () => startPeer(...on(0, [process.execPath, ...args(batch)])) },
    {
      name: `${spec}, batch ${batch}, two hosts`,
      start: async () => group(await Promise.all(hosts.map(startHost)), hosts),
    },
  ].map((program) => ({ ...program, steps }))
  await takeTurns(programs, { rounds, chunk: CHUNK, log })
  await stopAll(programs)
  for (const { name, peer } of programs) if (peer.skipped) throw new Error(`${name}: ${peer.skipped}`)
  const [one, two] = programs.map(({ turns }) => ({
    median: median(turns.map((turn) => turn.median)),
    min: Math.min(...turns.map((turn) => turn.min)),
  }))
  const [alone, both] = programs
  const { sent, numbers } = both.peer.traffic(rounds + 1, steps)
  const least = ((2 * (HOSTS - 1)) / HOSTS) * Float32Array.BYTES_PER_ELEMENT * numbers
  return {
    ...{ spec, batch, one, two, sent },
    times: median(both.turns.map((turn, round) => (HOSTS * alone.turns[round].median) / turn.median)),
    share: sent / least,
  }
}

/** Several peers that step together, as one. */
function group(peers, hosts) {
  const skipped = peers.find((peer) => peer.skipped)
  if (skipped) return skipped
  const [[namespace]] = hosts
  const before = sentBy(namespace)
  return {
    hello: peers[0].hello,
    async ask(command) {
      const [first] = await Promise.all(peers.map((peer) => peer.ask(command)))
      return first
    },
    /** Bytes that the first host sent for each step, and the weights, whose gradients a step adds. */
    traffic: (turns, steps) => ({
      sent: (sentBy(namespace) - before) / (turns * steps),
      numbers: peers[0].hello.trained,
    }),
    stop: () => Promise.all(peers.map((peer) => peer.stop())),
  }
}

const sentBy = (namespace) =>
  Number(
    execFileSync('ip', ['netns', 'exec', namespace, 'cat', '/sys/class/net/eth0/statistics/tx_bytes'], {
      encoding: 'utf8',
    }),
  )
