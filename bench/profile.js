/** What ONNX Runtime's own profile says of the operators of a training step. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OnnxRunner } from '../dist/engine/compiled/onnx/engine.js'

/** Steps of a profile that are not counted. */
const WARM_UP = 50
const PRODUCTS = new Set(['Gemm', 'FusedGemm', 'MatMul'])

/** A runner like the engine's that takes notes; `finish` gives the milliseconds of a step in each kind of operator. */
export async function startProfile(programs, options) {
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-profile-'))
  const runner = await OnnxRunner.create(programs, { ...options, profile: join(folder, 'step') })
  return {
    runner,
    async finish() {
      await runner.dispose()
      const [file] = readdirSync(folder)
      const events = JSON.parse(readFileSync(join(folder, file), 'utf8'))
      rmSync(folder, { recursive: true })
      return totals(events)
    },
  }
}

function totals(events) {
  const times = new Map()
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue
    const known = times.get(name) ?? { type: args.op_name, microseconds: [] }
    known.microseconds.push(dur)
    times.set(name, known)
  }
  const sum = (wanted) =>
    [...times.values()].filter(wanted).reduce((total, { microseconds }) => total + steady(microseconds), 0)
  return { products: sum(({ type }) => PRODUCTS.has(type)), others: sum(({ type }) => !PRODUCTS.has(type)) }
}

/** Median of microseconds after the warm-up, in milliseconds. */
function steady(microseconds) {
  const sorted = microseconds.slice(WARM_UP).toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] / 1000
}
