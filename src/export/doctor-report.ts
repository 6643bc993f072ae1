/** `train doctor --json`: what a machine can do. */
import { z } from 'zod'
import { trainspec, version } from './report-fields.js'

const speed = z
  .strictObject({
    size: z.int().describe('Size in the measurement: side of the matrices, or elements of an array.'),
    runs: z.int().describe('Number of timed runs. The rate is that of the median run.'),
    per_second: z.number().describe('Floating-point operations, or bytes.'),
  })
  .nullable()

const engine = z.strictObject({
  name: z.string().describe('Name of the engine, as in a spec.'),
  state: z
    .enum(['right', 'wrong', 'unavailable'])
    .describe('Whether its results equal those of the reference, differ, or the engine cannot be used here.'),
  problem: z
    .string()
    .nullable()
    .describe('Why it is wrong, unavailable, not measured or not on a GPU, and the remedy; one sentence.'),
  compiled: z
    .boolean()
    .nullable()
    .describe('True if the engine compiles programs; else it is slow. null: unavailable.'),
  device: z.string().nullable().describe('Device of the engine: cpu, or gpu:0. null: unavailable.'),
  versions: z.record(z.string(), z.string()).describe('Versions of its libraries.'),
  matrix_product: speed.describe('Product of two square matrices in float32. null: not measured.'),
  elementwise_update: speed.describe(
    'Bytes read and written by an update of two arrays of float32. null: not measured.',
  ),
  step: z
    .strictObject({
      steps: z.int().describe('Number of timed steps.'),
      median_ms: z.number().describe('Median time of a step, with preparation of the batch.'),
      minimum_ms: z.number().describe('Shortest time of a step.'),
    })
    .nullable()
    .describe('A training step of specs/mnist-mlp.json. null: not measured.'),
})

const doctorReportSchema = z
  .strictObject({
    version,
    healthy: z
      .boolean()
      .describe('True if a compiled engine works and its results are correct; the exit code is then 0.'),
    trainspec,
    node: z.string().describe('Version of Node.'),
    system: z.string().describe('Platform and architecture: linux x64.'),
    processor: z
      .strictObject({
        name: z.string().describe('Name of the processor, from the operating system.'),
        cores: z.int().describe('Logical cores that this process may use.'),
        features: z.array(z.string()).nullable().describe('Vector units and bfloat16. null: the system does not tell.'),
      })
      .describe('The processor.'),
    nvidia: z
      .strictObject({
        devices: z.array(z.string()).describe('Names of the GPUs, in order: the first is gpu:0.'),
        cuda: z.string().nullable().describe('CUDA version that the driver supports.'),
        problem: z.string().nullable().describe('Why no GPU can be used, and the remedy.'),
      })
      .describe('NVIDIA GPUs and their driver.'),
    tensorflow: z
      .strictObject({
        places: z
          .array(
            z.strictObject({
              source: z.string().describe('Origin of the folder: train setup, a package, or a Python.'),
              folder: z.string().describe('The folder.'),
              found: z.boolean().describe('True if the library is there.'),
              cuda: z.boolean().describe('True if the library can use an NVIDIA GPU.'),
              counts: z.boolean().describe('True if this library is used.'),
            }),
          )
          .describe('All folders, in the order of the search. The first library found is used.'),
        problem: z.string().nullable().describe('The problem with these folders, or the remedy if none has a library.'),
      })
      .describe("The search for TensorFlow's C library."),
    auto: z
      .strictObject({
        engine: z.string().describe('Name of the engine.'),
        device: z.string().describe('Device of the engine.'),
        note: z.string().describe('Engine, device and the reason for the choice, in words.'),
      })
      .nullable()
      .describe('Engine that `auto` chooses on this machine. null: unknown.'),
    engines: z.array(engine).describe('All engines.'),
  })
  .meta({ title: 'trainspec doctor', description: 'What this machine can compute on.' })

export type DoctorReport = z.output<typeof doctorReportSchema>
export type EngineFinding = DoctorReport['engines'][number]

/** The JSON Schema of `train doctor --json`. */
export const doctorReportJsonSchema = () => z.toJSONSchema(doctorReportSchema, { target: 'draft-07' })
