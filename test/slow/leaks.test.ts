/** Training a shipped spec leaks no memory. */
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'
import { expectNoLeak } from '../support/leaks.js'
import { SPECS, specs } from '../support/specs.js'

/** Every third spec; `LEAKS=all`: every one. */
const looked = specs.filter((_, index) => process.env.LEAKS === 'all' || index % 3 === 0)

/** Hundreds of steps; fewer for specs whose steps are long. */
const HUNDREDS = 10
const FEWER = 3
const LONG_STEPS = [
  ...['go-policy', 'mnist-cnn', 'mnist-cnn-bn', 'mnist-resnet', 'mnist-transformer'],
  // as others, but for the length of their chains
  ...['rbm-mnist-cd25', 'rbm-mnist-pcd15', 'class-rbm-mnist-cd25'],
]

describe('training on engine onnx leaves nothing behind', () => {
  test.each(looked)('specs/%s', (spec) =>
    expectNoLeak(fileURLToPath(new URL(spec, SPECS)), LONG_STEPS.includes(basename(spec, '.json')) ? FEWER : HUNDREDS),
  )
})
