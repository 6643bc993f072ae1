/** Trains a spec with one seed after another, writes nothing, and gives what was measured. */
import type { Engine } from '../engine/engine.js'
import type { History } from '../export/history.js'
import { writesFiles } from '../spec/callback-rules.js'
import type { ResolvedSpec } from '../spec/spec.js'
import type { CheckedSpec } from './read-spec.js'
import { trainStages } from './train-stages.js'
import type { Outcome } from './work-events.js'

export interface SeedWork {
  readonly checked: CheckedSpec
  readonly engine: Engine
  readonly workers: number
  readonly signal: AbortSignal
  /** Hears how many epochs of the last stage are done. */
  progress(done: number, of: number): void
}

/** Without the callbacks that write files, which change no number, and without expectations. */
const bare = (spec: ResolvedSpec): ResolvedSpec =>
  ({ ...spec, callbacks: spec.callbacks.filter((callback) => !writesFiles(callback)), expect: {} }) as ResolvedSpec

/** Trains one model. The history is that of the last stage; null if none ended. */
export async function trainSeed({
  checked: { spec: given, data: unread, start },
  engine,
  workers,
  signal,
  progress,
}: SeedWork): Promise<{ readonly outcome: Outcome; readonly history: History | null }> {
  const spec = bare(given)
  const data = await unread.load()
  const host = {
    signal,
    waiting: <Result>(_: string, work: () => Promise<Result>) => work(),
    saving: <Result>(work: () => Promise<Result>) => work(),
    unwritten: () => {},
    histories: () => [],
  }
  const events = trainStages({ spec, warnings: [], start, data, engine, workers, out: null, host })
  let history: History | null = null
  for (;;) {
    const { value, done } = await events.next()
    if (done) return { outcome: value.outcome, history }
    if (value.type === 'stageEnd') history = value.tested.history
    if (value.type === 'epochEnd') progress(value.epoch, spec.fit.epochs)
  }
}
