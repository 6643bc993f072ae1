/** `train bench --json`: how long a step of one spec takes on each engine. */
import { z } from 'zod'

const benchReportSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format; it changes when a field changes its meaning or goes.'),
    name: z.string().describe('Name of the spec.'),
    batch_size: z.int().describe('Samples in a step.'),
    precision: z.string().describe('What products were computed in.'),
    trainspec: z.string().describe('Version of trainspec.'),
    node: z.string().describe('Version of Node.'),
    processor: z.string().describe('Name of the processor.'),
    started: z.iso.datetime().describe('When it began, UTC.'),
    rounds: z.int().describe('Turns of each engine, one to warm up not counted.'),
    steps_per_turn: z.int().describe('At most.'),
    budget_ms: z.number().describe('A turn begins no further step after so many milliseconds.'),
    auto: z
      .strictObject({
        engine: z.string().describe('Its name.'),
        device: z.string().describe('What it computes on.'),
        note: z.string().describe('The same in words, and why not another.'),
      })
      .nullable()
      .describe('What engine auto takes for this spec; null where that cannot be told.'),
    engines: z
      .array(
        z.strictObject({
          name: z.string().describe('As --engine names it.'),
          device: z.string().describe('What it computed on: cpu, or gpu:0.'),
          versions: z.record(z.string(), z.string()).describe('Versions of its libraries.'),
          steps: z.int().describe('Steps that were timed, in all rounds.'),
          median_ms: z.number().describe('The median of their times, batch included.'),
          minimum_ms: z.number().describe('The shortest.'),
          round_medians_ms: z.array(z.number()).describe('The median of each round.'),
          ratio: z
            .number()
            .describe('Times as long as the fastest engine takes: the median over rounds of the ratio in one round.'),
          peak_memory_bytes: z
            .int()
            .describe('The most memory of a process with this engine alone, with Node and the data.'),
        }),
      )
      .describe('The engines that were timed, fastest first.'),
    left_out: z
      .array(
        z.strictObject({
          name: z.string().describe('Name of the engine.'),
          problem: z.string().describe('Why, and what mends it; one sentence.'),
        }),
      )
      .describe('The engines that cannot be used here.'),
  })
  .meta({ title: 'trainspec bench', description: 'How long a training step takes on each engine.' })

export type BenchReport = z.output<typeof benchReportSchema>

/** The JSON Schema of `train bench --json`. */
export const benchReportJsonSchema = () => z.toJSONSchema(benchReportSchema, { target: 'draft-07' })
