/** Every shipped spec trains; test/slow/specs.test.ts has the other engines. */
import { describe, test } from 'vitest'
import { expectToLearn, STEPS } from './support/shipped-spec.js'
import { specs } from './support/specs.js'
import { expectNoTensorLeaks } from './support/tensors.js'

expectNoTensorLeaks()

describe(`in ${STEPS} steps on engine onnx`, () => {
  test.each(specs)('specs/%s learns and leaves a model', (file) => expectToLearn(file, 'onnx'))
})
