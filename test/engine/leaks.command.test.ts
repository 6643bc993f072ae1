/** Training one spec of each kind leaks no memory; test/slow/leaks.test.ts trains all specs. */
import { join } from 'node:path'
import { test } from 'vitest'
import { expectNoLeak } from '../support/leaks.js'

const folder = join(import.meta.dirname, '../../specs')

test.each([
  ['mnist-mlp', 10],
  ['mnist-cnn', 3],
  ['rbm-mnist-cd1', 10],
])('specs/%s.json on engine onnx', (spec, hundreds) => expectNoLeak(join(folder, `${spec}.json`), hundreds))
