/** Where samples come from. */
import { z } from 'zod'
import { nameIn } from './family.js'

export const DATASETS = {
  mnist: 'Handwritten digits: 60,000 for training, 10,000 for the test; 28 x 28 bytes, scaled to 0 ... 1.',
  'mnist-10k': 'A small MNIST of 10,000 digits, for quick trials; 28 x 28 bytes, scaled to 0 ... 1.',
  'go-positions':
    "Made positions of Go, 9 x 9 points by 4 planes (own stones, the other's, empty, last move): 24,000 for training, 2,000 for the test; the label is the point where a simple player moves, 0 to 80.",
} as const

const dataset = nameIn(DATASETS)

const object = z.strictObject({
  dataset: dataset.describe('Name of the data set.'),
  flatten: z.boolean().default(false).describe('Make each sample a vector: (28, 28) becomes (784).'),
})

export const dataSchema = z
  .union([dataset, object])
  .transform((data) => (typeof data === 'string' ? object.parse({ dataset: data }) : data))
  .describe('The data to learn: an object, or just the name of a data set.')
