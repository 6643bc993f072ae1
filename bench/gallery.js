/**
 * A training step of every spec in specs/ on both compiled engines, in turns, and the engine that `auto` takes:
 * npm run bench -- --gallery. The last column is how much longer a step takes on it than on the faster engine.
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startPeer } from './peer.js'
import { median, ms, titledTable } from './table.js'
import { stopAll, takeTurns } from './turns.js'

const ENGINES = ['onnx', 'tensorflow']
const CHUNK = 5

const inBench = (path) => fileURLToPath(new URL(path, import.meta.url))

export async function benchGallery({ rounds, steps: wanted = 20, log }) {
  const steps = Number(wanted)
  const specs = readdirSync(inBench('../specs')).filter((name) => /(?<!\.schema)\.json$/.test(name))
  const results = []
  for (const file of specs) {
    log(file)
    const programs = ENGINES.map((engine) => ({ steps, start: () => ours(file, engine) }))
    await takeTurns(programs, { rounds, chunk: CHUNK, log: () => {} })
    const auto = await ours(file, 'auto')
    const taken = auto.skipped ? null : auto.hello.engine
    if (!auto.skipped) await auto.stop()
    await stopAll(programs)
    results.push({ spec: file.replace(/\.json$/, ''), taken, ...timesOf(programs, taken) })
  }
  const text = titledTable(
    'A training step on each engine, and the one that auto takes',
    ['', ...ENGINES.flatMap((engine) => [engine, 'minimum']), 'auto', 'longer than the faster one'],
    results.map(({ spec, skipped, times, taken, longer }) =>
      skipped
        ? [spec, `skipped: ${skipped}`, '', '', '', '', '']
        : [
            spec,
            ...times.flatMap(({ median_ms, min_ms }) => [ms(median_ms), ms(min_ms)]),
            taken,
            `${(100 * longer).toFixed(0)} %`,
          ],
    ),
  )
  return { text, results: { steps, chunk: CHUNK, gallery: results } }
}

const ours = (file, engine) =>
  startPeer(process.execPath, [inBench('ours.js'), engine, 'float32', inBench(`../specs/${file}`)])

function timesOf(programs, taken) {
  const skipped = programs.map(({ peer }) => peer.skipped).find((reason) => reason !== undefined)
  if (skipped !== undefined) return { skipped }
  const times = programs.map(({ turns }) => ({
    median_ms: median(turns.map((turn) => turn.median)),
    min_ms: Math.min(...turns.map(({ min }) => min)),
  }))
  // in the same round
  const [own, other] = [ENGINES.indexOf(taken), 1 - ENGINES.indexOf(taken)].map((at) => programs[at].turns)
  const longer = Math.max(0, median(own.map((turn, round) => turn.median / other[round].median)) - 1)
  return { times, longer }
}
