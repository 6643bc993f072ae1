/** `train doctor --json`: what a machine can do. */
import { z } from 'zod'

const speed = z
  .strictObject({
    size: z.int().describe('What it was measured at: side of a matrix, or elements of an array.'),
    runs: z.int().describe('Runs that were timed; the rate is that of the median.'),
    per_second: z.number().describe('Floating-point operations, or bytes.'),
  })
  .nullable()

const engine = z.strictObject({
  name: z.string().describe('As a spec or --engine names it.'),
  state: z
    .enum(['right', 'wrong', 'unavailable'])
    .describe('It computes what the reference computes, or something else, or cannot be used here.'),
  problem: z
    .string()
    .nullable()
    .describe('Why it is wrong, unavailable, not measured or not on a GPU, and what mends it; one sentence.'),
  compiled: z.boolean().nullable().describe('Programs are compiled; else it is slow. null where unavailable.'),
  device: z.string().nullable().describe('What it computes on: cpu, or gpu:0. null where unavailable.'),
  versions: z.record(z.string(), z.string()).describe('Versions of its libraries.'),
  matrix_product: speed.describe('Product of two square matrices in float32; null where not measured.'),
  elementwise_update: speed.describe(
    'Bytes read and written by an update of two arrays of float32; null where not measured.',
  ),
  step: z
    .strictObject({
      steps: z.int().describe('Steps that were timed.'),
      median_ms: z.number().describe('The median of their times, batch included.'),
      minimum_ms: z.number().describe('The shortest.'),
    })
    .nullable()
    .describe('A training step of specs/mnist-mlp.json; null where not measured.'),
})

const doctorReportSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format; it changes when a field changes its meaning or goes.'),
    healthy: z.boolean().describe('A compiled engine works and computes rightly; exit code 0.'),
    trainspec: z.string().describe('Version of trainspec.'),
    node: z.string().describe('Version of Node.'),
    system: z.string().describe('Platform and architecture: linux x64.'),
    processor: z
      .strictObject({
        name: z.string().describe('As the system names it.'),
        cores: z.int().describe('Logical cores that this process may use.'),
        features: z
          .array(z.string())
          .nullable()
          .describe('Vector units and bfloat16; null where the system does not tell.'),
      })
      .describe('The processor.'),
    nvidia: z
      .strictObject({
        devices: z.array(z.string()).describe('Names by number: gpu:0 is the first.'),
        cuda: z.string().nullable().describe('CUDA version that the driver supports.'),
        problem: z.string().nullable().describe('Why there is no device to use, and what mends it.'),
      })
      .describe('NVIDIA devices and their driver.'),
    tensorflow: z
      .strictObject({
        places: z
          .array(
            z.strictObject({
              source: z.string().describe('Whose place it is: train setup, a package, a Python.'),
              folder: z.string().describe('The folder that was looked at.'),
              found: z.boolean().describe('The library is there.'),
              cuda: z.boolean().describe('It can use an NVIDIA device.'),
              counts: z.boolean().describe('It is the one that is used.'),
            }),
          )
          .describe('Every place, in the order in which they count.'),
        problem: z.string().nullable().describe('What is wrong with the places, or would mend what is missing.'),
      })
      .describe("Where TensorFlow's C library was looked for."),
    auto: z
      .strictObject({
        engine: z.string().describe('Its name.'),
        device: z.string().describe('What it computes on.'),
        note: z.string().describe('The same in words, and why not another.'),
      })
      .nullable()
      .describe('What engine auto takes here; null where that cannot be told.'),
    engines: z.array(engine).describe('Every engine there is.'),
  })
  .meta({ title: 'trainspec doctor', description: 'What a machine can do.' })

export type DoctorReport = z.output<typeof doctorReportSchema>
export type EngineFinding = DoctorReport['engines'][number]

/** The JSON Schema of `train doctor --json`. */
export const doctorReportJsonSchema = () => z.toJSONSchema(doctorReportSchema, { target: 'draft-07' })
