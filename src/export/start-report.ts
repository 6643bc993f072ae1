/** How many layers of a model begin with trained weights: a part of several JSON documents. */
import { z } from 'zod'

export const startReportSchema = z
  .strictObject({
    from: z.string().describe('Path of the run or the file, as the command found it.'),
    loaded: z.array(z.string()).describe('Layers that begin with its weights.'),
    initial: z
      .array(
        z.strictObject({
          layer: z.string().describe('Name of the layer.'),
          why: z.string().describe('Why its weights are not those of the file.'),
        }),
      )
      .describe('Layers that keep their initial values.'),
  })
  .nullable()
  .describe('The weights with which training begins. null: initial values from the seed.')

export type StartReport = NonNullable<z.output<typeof startReportSchema>>
