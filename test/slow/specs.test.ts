/** Every spec that ships trains on every engine; test/specs.full.test.ts has engine onnx. */
import { describe, test } from 'vitest'
import { ownEngines, REFERENCE } from '../support/engines.js'
import { expectToLearn, STEPS } from '../support/shipped-spec.js'
import { specs } from '../support/specs.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

/** Specs that an engine without compiled kernels trains in seconds. */
const QUICK = ['mnist-10k.json', 'mnist-autoencoder.json']

describe.each(ownEngines.filter((name) => name !== 'onnx'))(`in ${STEPS} steps on engine %s`, (engine) => {
  test.each(specs.filter((file) => engine !== REFERENCE || QUICK.includes(file)))(
    'specs/%s learns and leaves a model',
    (file) => expectToLearn(file, engine),
  )
})
