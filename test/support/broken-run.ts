/** Runs in this process that are broken off at any event and resumed. */
import { Readable } from 'node:stream'
import { openEngine } from '../../src/engine/registry.js'
import { openResume } from '../../src/run/open-resume.js'
import { requireSpec } from '../../src/run/read-spec.js'
import { isRun } from '../../src/run/resume.js'
import { hasFolds, trainFolds } from '../../src/run/train-folds.js'
import { trainStages } from '../../src/run/train-stages.js'
import type { Host, Work } from '../../src/run/work.js'
import type { WorkEvent } from '../../src/run/work-events.js'

/** A spec that is ready to be trained again and again. */
export type Trainable = Pick<Work, 'spec' | 'data' | 'engine'>

export async function trainable(spec: object): Promise<Trainable> {
  const checked = await requireSpec('-', [], Readable.from([Buffer.from(JSON.stringify(spec))]))
  const { engine } = await openEngine('eager:cpu')
  return { spec: checked.spec, data: await checked.data.load(), engine }
}

export interface Break {
  /** Number of the event, from 1. */
  readonly after: number
  /** As Ctrl-C does it, or as a kill does it between two writes. */
  readonly by: 'signal' | 'kill'
}

export interface TrainInOptions {
  readonly at?: Break
  readonly draw?: Host['draw']
}

/** Begins a run in a folder, or goes on with it. Returns the events until the break, or until the end. */
export async function trainIn(
  folder: string,
  { spec, data, engine }: Trainable,
  { at, draw }: TrainInOptions = {},
): Promise<WorkEvent[]> {
  const begun = (await isRun(folder)) ? await openResume(folder, spec, { allowsChange: false }) : null
  if (begun?.complete) return []
  const controller = new AbortController()
  const host: Host = {
    signal: controller.signal,
    waiting: (_, work) => work(),
    saving: (work) => work(),
    histories: () => [],
    unwritten(text) {
      throw new Error(text)
    },
    ...(draw && { draw }),
  }
  const work: Work = {
    ...{ spec, data, engine, host },
    ...{ warnings: [], start: null, workers: 0, out: folder, resume: begun?.resume ?? null },
  }
  const running = hasFolds(spec) ? trainFolds(work) : trainStages(work)
  const events: WorkEvent[] = []
  for await (const event of running) {
    events.push(event)
    if (events.length !== at?.after) continue
    if (at.by === 'kill') break
    controller.abort()
  }
  return events
}
