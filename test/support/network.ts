/** A small network on seeded data of bytes, for tests of engines; the last batch of its epoch is short. */
import { classField, type Field } from '../../src/base/field.js'
import { type DataForm, soleInput } from '../../src/base/form.js'
import { PURPOSE, philoxBits } from '../../src/base/philox.js'
import { type Shape, sizeOf } from '../../src/base/shape.js'
import type { Batch, Runner } from '../../src/engine/engine.js'
import { type Learner, learnerOf, NO_FACTS } from '../../src/run/learner.js'
import type { OptimizerSpec, StageSpec } from '../../src/spec/spec.js'
import { arraysOf, formOf } from './data.js'
import { resolveSpec } from './spec.js'

export const BATCH_SIZE = 8
const SAMPLES = 21
const CLASSES = 3
const FEATURES: Shape = [6]

export interface Network {
  readonly spec: StageSpec
  readonly programs: Learner['programs']
  /** Batch of a step, counted from 0. */
  readonly batch: (step: number) => Batch
}

/** Sequences of one or two classes, which need at most 3 steps. */
const SEQUENCES: Field = { ...classField(CLASSES), shape: [2], sequenceSteps: 3 }

/**
 * `fields` are those of a spec; the output must fit 3 classes. With loss ctc, the targets are sequences of the classes 1
 * and 2.
 */
export function smallNetwork(
  { layers, ...fields }: { layers: readonly unknown[] } & Record<string, unknown>,
  sampleShape: Shape = FEATURES,
): Network {
  const spec = resolveSpec({ layers, ...fields })
  const x = { shape: sampleShape, dtype: 'uint8', divisor: 255, values: 'grey' } as const
  const form = formOf({ ...x, classes: CLASSES, rows: { train: SAMPLES } })
  const areSequences = spec.loss?.type === 'ctc'
  const programs = programsOf(spec, areSequences ? { ...form, targets: { y: SEQUENCES } } : form)
  const width = sizeOf(sampleShape)
  const draw = (stream: number, count: number) =>
    philoxBits({ seed: 3, purpose: PURPOSE.sample, stream, step: 0 }, count)
  const bytes = Uint8Array.from(draw(0, SAMPLES * width), (bits) => bits & 0xff)
  const labels = Int32Array.from(draw(1, SAMPLES), (bits) => bits % CLASSES)
  const y = areSequences ? Int32Array.from([...labels].flatMap((label) => [1 + (label % 2), label])) : labels
  const perSample = areSequences ? 2 : 1
  const batch = (step: number): Batch => {
    const start = (step % Math.ceil(SAMPLES / BATCH_SIZE)) * BATCH_SIZE
    const end = Math.min(SAMPLES, start + BATCH_SIZE)
    const targets = y.subarray(start * perSample, end * perSample)
    return { size: end - start, arrays: arraysOf(bytes.subarray(start * width, end * width), targets) }
  }
  return { spec, programs, batch }
}

/** Built as in `src/run/session.ts`. */
export function programsOf(spec: StageSpec, form: DataForm): Learner['programs'] {
  const means = () => new Float32Array(sizeOf(soleInput(form).shape)).fill(0.25)
  return learnerOf(spec, form, { batchSize: BATCH_SIZE, stepsPerEpoch: STEPS_PER_EPOCH }, { ...NO_FACTS, means })
    .programs
}

const STEPS_PER_EPOCH = Math.ceil(SAMPLES / BATCH_SIZE)

/** Trains for some steps, counting on from `from`; gives the loss sum of each. */
export async function trainSteps(
  runner: Runner<'train'>,
  { batch }: Network,
  { learning_rate }: OptimizerSpec,
  steps: number,
  from = 0,
): Promise<number[]> {
  const losses: number[] = []
  for (let iterations = from; iterations < from + steps; iterations++) {
    const outputs = await runner.run('train', batch(iterations), { learning_rate: learning_rate as number, iterations })
    losses.push(outputs.loss![0]!)
  }
  return losses
}
