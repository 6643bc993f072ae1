/** Knows the better direction of a run's measures. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SECONDS } from '../base/measured-once.js'
import type { Better } from '../spec/metric.js'
import { betterByName, betterOf } from '../spec/metrics.js'
import { parseSpec } from '../spec/parse.js'
import { lossFalls } from '../spec/rbm-monitor-rules.js'
import { RUN_FILES } from '../spec/run-files.js'
import { allMetricsOf, isStacked, isUnsupervised, type ResolvedSpec } from '../spec/spec.js'

/** Returns whether larger or smaller values of a key are better; null if it is not known. */
export type BetterOf = (key: string) => Better

/** By the metrics of a spec. */
export function betterInSpec(spec: ResolvedSpec): BetterOf {
  const last = isStacked(spec) && spec.model.fine_tune === null ? spec.model.rbms.at(-1) : undefined
  const { training } = last ?? (isUnsupervised(spec) ? spec : {})
  const metrics = last?.metrics ?? allMetricsOf(spec)
  const hasPlainLoss = training === undefined || lossFalls(training)
  return byName((name) => (name === 'loss' && !hasPlainLoss ? null : betterOf(name, metrics)))
}

/** By the spec in the folder of a run; without one, by the names of metrics. */
export async function betterInRun(directory: string | null): Promise<BetterOf> {
  const path = directory === null ? null : join(directory, RUN_FILES.spec)
  const spec = path === null ? undefined : parseSpec(await readFile(path, 'utf8'), { source: path }).spec
  return spec ? betterInSpec(spec) : byName(betterByName)
}

/** Takes a key of any part of the data for that of its measure. */
const byName =
  (better: (name: string) => Better): BetterOf =>
  (key) =>
    key === SECONDS ? 'min' : better(key.replace(/^(?:val|test)_/, ''))
