/** A training step of any spec: ours on each compiled engine, and the same model in Keras on each of its backends. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPeer, startPython } from './peer.js'
import { median, ms, titledTable } from './table.js'
import { stopAll, takeTurns } from './turns.js'

const ENGINES = ['onnx', 'tensorflow']
const BACKENDS = ['tensorflow', 'jax', 'torch']
const CHUNK = 10

const inBench = (path) => fileURLToPath(new URL(path, import.meta.url))

export async function benchSpec(path, { python, threads, rounds, steps: wanted = 20, log }) {
  const steps = Number(wanted)
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-bench-'))
  const { status, stderr } = spawnSync(process.execPath, [inBench('for-keras.js'), path, folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${path} cannot be used:\n${stderr}`)
  const { name, fit, precision } = JSON.parse(readFileSync(join(folder, 'spec.json'), 'utf8'))

  const programs = [
    ...ENGINES.map((engine) => ({
      name: `trainspec, ${engine}`,
      start: () => startPeer(process.execPath, [inBench('ours.js'), engine, precision, path]),
    })),
    ...BACKENDS.map((backend) => ({
      name: `Keras 3, ${backend}`,
      start: () =>
        startPython(python, [inBench('peers/keras_spec.py'), folder], { ...threads, KERAS_BACKEND: backend }),
    })),
  ].map((program) => ({ ...program, steps }))
  await takeTurns(programs, { rounds, chunk: CHUNK, log })
  rmSync(folder, { recursive: true })
  await stopAll(programs)

  const results = programs.map(({ name, peer, turns, memory }) =>
    peer.skipped
      ? { name, skipped: peer.skipped }
      : {
          name,
          median_ms: median(turns.map((turn) => turn.median)),
          min_ms: Math.min(...turns.map((turn) => turn.min)),
          // to each engine of ours, in the same round
          ratios: Object.fromEntries(
            ENGINES.map((engine, index) => [engine, programs[index].turns]).map(([engine, ours]) => [
              engine,
              ours.length > 0 ? median(turns.map((turn, round) => turn.median / ours[round].median)) : null,
            ]),
          ),
          peak_memory_mb: memory,
        },
  )
  const text = titledTable(
    `A training step of ${name}, batch ${fit.batch_size}, two threads`,
    ['', 'median', 'minimum', ...ENGINES.map((engine) => `times as long as ${engine}`), 'peak memory'],
    results.map((result) =>
      result.skipped
        ? [result.name, `skipped: ${result.skipped}`, '', ...ENGINES.map(() => ''), '']
        : [
            result.name,
            ms(result.median_ms),
            ms(result.min_ms),
            ...ENGINES.map((engine) => result.ratios[engine]?.toFixed(2) ?? ''),
            `${result.peak_memory_mb} MB`,
          ],
    ),
  )
  return { text, results: { spec: name, batch_size: fit.batch_size, steps, chunk: CHUNK, programs: results } }
}
