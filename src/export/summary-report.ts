/** `train summary --json`: what a spec describes, and what a step of it takes. */
import { z } from 'zod'

const shape = z.array(z.int()).describe('Without the batch.')
const bytes = (description: string) => z.int().describe(description)
const parameters = z
  .strictObject({
    total: z.int().describe('Numbers in weights.'),
    trainable: z.int().describe('Those that are trained.'),
    non_trainable: z.int().describe('Those that are not.'),
  })
  .describe('Of the whole model.')

const summaryReportSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format; it changes when a field changes its meaning or goes.'),
    name: z.string().describe('Name of the spec.'),
    trainspec: z.string().describe('Version of trainspec.'),
    stack: z.boolean().describe('Whether each layer takes the one before, once.'),
    data: z
      .strictObject({ name: z.string().describe('What inputs call the data; no layer is called so.'), shape })
      .describe('A sample of the data.'),
    layers: z
      .array(
        z.strictObject({
          name: z.string().describe('Its name; in a Block with the path to it.'),
          type: z.string().describe('As in the spec.'),
          parameters: z.int().describe('Numbers in its weights.'),
          calls: z
            .array(
              z.strictObject({
                name: z.string().describe('What inputs call the output: the name of the layer, or of what shares it.'),
                inputs: z.array(z.string()).describe('What goes in, by name.'),
                output_shape: shape,
              }),
            )
            .describe('One, and one more for each time that it is shared.'),
        }),
      )
      .describe('In an order in which they can run.'),
    outputs: z.array(z.string()).describe('Names of the calls that give the outputs of the model.'),
    parameters,
    batch_size: z.int().describe('Samples in a step.'),
    flops: z
      .strictObject({
        step: z.int().describe('In a training step.'),
        step_per_sample: z.number().describe('The same for each sample.'),
        inference_per_sample: z.number().describe('For a sample outside training.'),
      })
      .describe('Multiplications and additions of products and convolutions.'),
    memory: z
      .strictObject({
        weights: bytes('Weights.'),
        optimizer: bytes('What the optimizer, or the training of an RBM, keeps beside them.'),
        gradients: bytes('What a step gives: gradients, and new values that no fused loop computes.'),
        inputs: bytes('The batch and random numbers.'),
        activations: bytes('The most that the values between take at one time, each freed after its last use.'),
        total: bytes('All of it.'),
      })
      .describe('Bytes of a training step, derived from its graph; what a runtime needs for itself comes on top.'),
    explain: z
      .strictObject({
        passes: z
          .array(
            z.strictObject({ name: z.string().describe('Name of the pass.'), nodes: z.int().describe('After it.') }),
          )
          .describe('How many nodes the graph of a training step has as it is traced, and after each pass.'),
        engine: z.literal('onnx').describe('What times are of.'),
        steps: z.int().describe('Steps that were timed.'),
        step_ms: z
          .strictObject({
            inputs: z.number().describe('The batch and random numbers.'),
            graph: z.number().describe('The graph in ONNX Runtime.'),
            update: z.number().describe('The update, and random numbers of the next step.'),
          })
          .describe('Milliseconds of a step: medians.'),
        halves: z
          .boolean()
          .describe(
            'Whether each half of a batch has a thread and a session of its own; operators are of one of them.',
          ),
        operators: z
          .array(
            z.strictObject({
              operator: z.string().describe("ONNX's name."),
              nodes: z.int().describe('How many.'),
              milliseconds: z.number().describe('Of a step, all nodes together, by the profile of the runtime.'),
            }),
          )
          .describe('The slowest first.'),
      })
      .nullable()
      .describe('With --explain.'),
  })
  .meta({ title: 'trainspec summary', description: 'What a spec describes, and what a step of it takes.' })

export type SummaryReport = z.output<typeof summaryReportSchema>

/** The JSON Schema of `train summary --json`. */
export const summaryReportJsonSchema = () => z.toJSONSchema(summaryReportSchema, { target: 'draft-07' })
