/** The training loop without an engine: the test sets the results of the runner, whose only weight counts steps. */
import type { Batch, Outputs, Runner, Scalars, StateValues } from '../../src/engine/engine.js'
import { type Measured, meanOver } from '../../src/program/measured.js'
import type { CallbackFiles } from '../../src/training/callbacks/callback.js'
import type { TrainingEvent } from '../../src/training/events.js'
import { type TrainingOptions, train } from '../../src/training/loop.js'
import { BEGIN } from '../../src/training/state.js'

export interface Call {
  readonly program: string
  readonly size: number
  readonly scalars: Scalars
}

export type Script = (call: Call, index: number) => Readonly<Record<string, number | readonly number[]>>

export interface ScriptedRunner extends Runner<string> {
  readonly calls: readonly Call[]
  /** Written texts, in order. */
  readonly written: readonly StateValues[]
}

/** `script` gives the outputs of a call; the index counts the calls of its program. */
export function scriptedRunner(script: Script): ScriptedRunner {
  const calls: Call[] = []
  const written: StateValues[] = []
  let weight = 0
  return {
    calls,
    written,
    async run(program, batch, scalars) {
      const call = { program, size: batch.size, scalars }
      const index = calls.filter((other) => other.program === program).length
      calls.push(call)
      if (program === 'train') weight++
      const outputs = Object.entries(script(call, index))
      return Object.fromEntries(outputs.map(([key, value]) => [key, Float32Array.from([value].flat())])) as Outputs
    },
    async read() {
      return { weight: Float32Array.of(weight) }
    },
    async write(values) {
      written.push(values)
      weight = values.weight![0]!
    },
    async dispose() {},
  }
}

/** `count` samples of nothing in batches. */
export async function* emptyBatches(count: number, batchSize: number): AsyncGenerator<Batch> {
  for (let start = 0; start < count; start += batchSize) yield { size: Math.min(batchSize, count - start), arrays: {} }
}

/** For callbacks that write none. */
export const NO_FILES: CallbackFiles = { write: () => Promise.reject(new Error('a callback writes a file')) }

/** A metric may be just the key of a mean. */
type Few = Pick<TrainingOptions, 'runner'> &
  Partial<Omit<TrainingOptions, 'metrics'>> & { metrics?: readonly (string | Measured)[] }

/** Options for `samples` samples of nothing; the clock moves one second at every look. */
export function loopOptions({
  samples = 10,
  batchSize = 4,
  validationSamples = 0,
  metrics = ['loss'],
  ...rest
}: Few): TrainingOptions {
  let seconds = 0
  return {
    plan: { step: () => ['train'], isUpdate: () => true, end: [] },
    weights: ['weight'],
    epochs: 1,
    ...{ samples, batchSize, stepsPerEpoch: Math.ceil(samples / batchSize) },
    validationSamples,
    batches: () => emptyBatches(samples, batchSize),
    validation: validationSamples > 0 ? () => emptyBatches(validationSamples, batchSize) : null,
    compared: () => emptyBatches(validationSamples, batchSize),
    metrics: metrics.map((metric) => (typeof metric === 'string' ? meanOver(metric) : metric)),
    learningRate: () => 0.5,
    callbacks: [],
    files: NO_FILES,
    signal: new AbortController().signal,
    now: () => 1000 * seconds++,
    ...rest,
  }
}

export async function trainToEnd(options: TrainingOptions, from = BEGIN): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = []
  for await (const event of train(options, from)) events.push(event)
  return events
}
