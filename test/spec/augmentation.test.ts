/** Augmentations in a spec: arguments that do not fit one another, or the pictures. */
import { expect, test } from 'vitest'
import { readText } from '../support/read-spec.js'

const issuesOf = (data: object) =>
  readText(
    JSON.stringify({
      data,
      loss: 'sparse_categorical_crossentropy',
      model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 10 }] },
    }),
    'spec.json',
  ).issues.map(({ pointer, message }) => `${pointer}: ${message}`)

test.each([
  [
    { type: 'RandomBrightness', factor: 0.1 },
    '/value_range: found [0, 255], but the pictures have values from 0 to 1; write "value_range": [0, 1]',
  ],
  [{ type: 'RandomContrast', factor: 0.1, value_range: [1, 0] }, '/value_range: found [1, 0], must rise'],
  [{ type: 'RandomGaussianBlur', kernel_size: [3, 4], value_range: [0, 1] }, '/kernel_size: found [3, 4], must be odd'],
  [
    { type: 'RandomHue', factor: [0.5, 1.5], value_range: [0, 1] },
    '/factor/1: found 1.5, must be at least 0 and at most 1',
  ],
  [{ type: 'RandomHu', factor: 0.5, value_range: [0, 1] }, '/type: found "RandomHu"'],
])('%j', (layer, message) => {
  expect(issuesOf({ dataset: 'mnist-10k', augment: [layer] })).toContainEqual(expect.stringContaining(message))
})
