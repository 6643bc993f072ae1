/** `train summary --json`: what a spec describes, and what a step of it takes. */
import { z } from 'zod'
import { trainspec, version } from './report-fields.js'
import { startReportSchema } from './start-report.js'

const shape = z.array(z.int()).describe('Without the batch.')
const bytes = (description: string) => z.int().describe(description)
const parameters = z
  .strictObject({
    total: z.int().describe('Number of parameters.'),
    trainable: z.int().describe('Number of trainable parameters.'),
    non_trainable: z.int().describe('Number of parameters that are not trained.'),
  })
  .describe('Of the whole model, in a training step.')

const summaryReportSchema = z
  .strictObject({
    version,
    name: z.string().describe('Name of the spec.'),
    trainspec,
    stack: z.boolean().describe('True for a plain stack: each layer has one input, the layer before it.'),
    inputs: z
      .array(
        z.strictObject({
          name: z.string().describe('Name of the input in the `inputs` of layers: `data` if it is the only one.'),
          shape,
        }),
      )
      .describe('Inputs of the data.'),
    layers: z
      .array(
        z.strictObject({
          name: z.string().describe('Name of the layer; in a Block, with its path.'),
          type: z.string().describe('Type, as in the spec.'),
          parameters: z.int().describe('Number of parameters of the layer.'),
          calls: z
            .array(
              z.strictObject({
                name: z
                  .string()
                  .describe('Name of the output in `inputs`: that of the layer, or of the Shared layer that uses it.'),
                inputs: z.array(z.string()).describe('Names of the inputs.'),
                output_shape: shape,
              }),
            )
            .describe('Uses of the layer: one, and one more for each Shared layer that refers to it.'),
        }),
      )
      .describe('Layers, in an order in which they can run.'),
    outputs: z.array(z.string()).describe('Names of the outputs of the model.'),
    parameters,
    start: startReportSchema,
    batch_size: z.int().describe('Samples in a step.'),
    flops: z
      .strictObject({
        step: z.int().describe('In a training step.'),
        step_per_sample: z.number().describe('The same, per sample.'),
        inference_per_sample: z.number().describe('Per sample, outside of training.'),
      })
      .describe('Multiplications and additions of matrix products and convolutions.'),
    memory: z
      .strictObject({
        weights: bytes('Weights.'),
        optimizer: bytes('State of the optimizer, or of the training of an RBM.'),
        gradients: bytes('Results of a step: gradients, and new values that no fused loop computes.'),
        inputs: bytes('The batch and random numbers.'),
        activations: bytes('Peak of the intermediate values; each is freed after its last use.'),
        total: bytes('The sum.'),
      })
      .describe("Bytes of a training step, computed from its graph. The runtime's own memory comes on top."),
    explain: z
      .strictObject({
        passes: z
          .array(
            z.strictObject({
              name: z.string().describe('Name of the pass.'),
              nodes: z.int().describe('Number of nodes after the pass.'),
            }),
          )
          .describe('Number of nodes in the graph of a training step, as traced and after each pass.'),
        engine: z.literal('onnx').describe('Engine that was profiled.'),
        steps: z.int().describe('Number of timed steps.'),
        step_ms: z
          .strictObject({
            inputs: z.number().describe('The batch and random numbers.'),
            graph: z.number().describe('Time of the graph in ONNX Runtime.'),
            update: z.number().describe('Time of the update, and of the random numbers of the next step.'),
          })
          .describe('Median times of a step, in milliseconds.'),
        parts: z
          .int()
          .describe(
            'Number of parts of a batch; 1 if the whole batch is computed at once. Two threads take parts in turn: the operators are those of one thread with half of the parts.',
          ),
        operators: z
          .array(
            z.strictObject({
              operator: z.string().describe('Name of the operator in ONNX.'),
              nodes: z.int().describe('Number of nodes with this operator.'),
              milliseconds: z
                .number()
                .describe('Milliseconds in a step, for all nodes of this operator, from the profile of the runtime.'),
            }),
          )
          .describe('Operators, slowest first.'),
      })
      .nullable()
      .describe('With --explain.'),
  })
  .meta({
    title: 'trainspec summary',
    description: 'The model that a spec describes, and the cost of a training step.',
  })

export type SummaryReport = z.output<typeof summaryReportSchema>

/** The JSON Schema of `train summary --json`. */
export const summaryReportJsonSchema = () => z.toJSONSchema(summaryReportSchema, { target: 'draft-07' })
