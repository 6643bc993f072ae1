/** `train bench --json`: how long a step of one spec takes on each engine. */
import { z } from 'zod'
import { trainspec, version } from './report-fields.js'

const benchReportSchema = z
  .strictObject({
    version,
    name: z.string().describe('Name of the spec.'),
    batch_size: z.int().describe('Samples in a step.'),
    precision: z.string().describe('Number format of the matrix products.'),
    trainspec,
    node: z.string().describe('Version of Node.'),
    processor: z.string().describe('Name of the processor.'),
    started: z.iso.datetime().describe('Start time, UTC.'),
    rounds: z.int().describe('Turns of each engine, not counting the warm-up.'),
    steps_per_turn: z.int().describe('Largest number of steps in a turn.'),
    budget_ms: z.number().describe('Time limit of a turn in milliseconds. A turn starts no further step after it.'),
    auto: z
      .strictObject({
        engine: z.string().describe('Name of the engine.'),
        device: z.string().describe('Device of the engine.'),
        note: z.string().describe('Engine, device and the reason for the choice, in words.'),
      })
      .nullable()
      .describe('Engine that `auto` chooses for this spec. null: unknown.'),
    engines: z
      .array(
        z.strictObject({
          name: z.string().describe('Name of the engine, as in --engine.'),
          device: z.string().describe('Device that was used: cpu, or gpu:0.'),
          versions: z.record(z.string(), z.string()).describe('Versions of its libraries.'),
          steps: z.int().describe('Number of timed steps, in all turns.'),
          median_ms: z.number().describe('Median time of a step, with preparation of the batch.'),
          minimum_ms: z.number().describe('Shortest time of a step.'),
          round_medians_ms: z.array(z.number()).describe('Median time in each turn.'),
          ratio: z
            .number()
            .describe('How many times as long as the fastest engine: the median of the ratios in each turn.'),
          peak_memory_bytes: z
            .int()
            .describe('Peak memory of a process with this engine only, including Node and the data.'),
        }),
      )
      .describe('Timed engines, fastest first.'),
    left_out: z
      .array(
        z.strictObject({
          name: z.string().describe('Name of the engine.'),
          problem: z.string().describe('The problem and its remedy, in one sentence.'),
        }),
      )
      .describe('Engines that cannot be used here.'),
  })
  .meta({ title: 'trainspec bench', description: 'The time of a training step on each engine.' })

export type BenchReport = z.output<typeof benchReportSchema>

/** The JSON Schema of `train bench --json`. */
export const benchReportJsonSchema = () => z.toJSONSchema(benchReportSchema, { target: 'draft-07' })
