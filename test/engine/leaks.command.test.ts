/** Training one spec of each kind leaves nothing behind; test/slow/leaks.test.ts has all of them. */
import { join } from 'node:path'
import { test } from 'vitest'
import { expectNoLeak } from '../support/leaks.js'

const folder = join(import.meta.dirname, '../../specs')

test.each([
  ['mnist-mlp', 10],
  ['mnist-cnn', 3],
  ['rbm-mnist-cd1', 10],
])('specs/%s.json on engine onnx', (spec, hundreds) => expectNoLeak(join(folder, `${spec}.json`), hundreds))
