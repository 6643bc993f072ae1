/** More of test/engine/parity.full.test.ts. */
import { describe, test } from 'vitest'
import { expectAgreement, expectToGoOn, forLoss, oneOfEach, optimizers, STEPS, shipped } from '../support/parity.js'
import { optimizerTypes } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

describe(`after ${STEPS} steps all engines agree`, () => {
  describe.each(optimizerTypes)('by %s', (optimizer) => {
    test.each(['categorical_crossentropy', 'mean_squared_error'] as const)('down the %s', (loss) =>
      expectAgreement(forLoss(loss, optimizer)),
    )
  })

  // adaptive steps make as much of a tiny gradient, and of how it was rounded, as of a large one
  test.each(['mnist-mlp.json', 'mnist-10k.json'])('on specs/%s', async (file) =>
    expectAgreement(await shipped(file, STEPS), { absolute: 1e-5 }),
  )
})

describe('a run continues on another engine as if it had stayed', () => {
  const ofQuickTests = oneOfEach.map(({ name }) => name)
  test.each(optimizers.filter(({ name }) => !ofQuickTests.includes(name)))('by $name', ({ optimizer }) =>
    expectToGoOn(optimizer),
  )
})
