/** The field `start` of a spec: trained weights with which training begins. */
import { z } from 'zod'
import { type DeepReadonly, formed, nameIn } from './family.js'
import { stringAs, withShortForm } from './short-forms.js'

const LAYERS = {
  all: 'Every layer of the model must have its weights there, in the same shapes.',
  matching: 'Layers whose names and shapes fit get their weights; the others keep their initial values.',
} as const

const from = z
  .string()
  .min(1)
  .describe(
    'Folder of a run, folder of a model (model.json and weights.bin), or a file: .safetensors, .keras or .h5. The path is relative to the spec.',
  )

const startObject = z.strictObject({
  from,
  layers: nameIn(LAYERS).default('all').describe('Which layers must be there.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .meta({ patternErrorMessage: 'must be 64 hexadecimal digits' })
    .optional()
    .describe('SHA-256 that the file with the weights must have. The spec of a run has it.'),
})

export const startSchema = formed(withShortForm(z.union([from, startObject]), stringAs('from')), (value) =>
  typeof value === 'string' ? startObject.parse({ from: value }) : value,
).describe('Trained weights with which training begins: a path, or an object. Default: initial values from the seed.')

export type StartSpec = DeepReadonly<z.output<typeof startObject>>
