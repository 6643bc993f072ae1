/** Engine `eager:tensorflow`: its package, its message if no package works, and its device. */
import { describe, expect, test } from 'vitest'
import { packageVersion } from '../../../src/base/package-version.js'
import { expectRefusal, expectRun, historyIn, isOwn, projectWith, runIn } from '../../support/eager-run.js'
import { engineNames } from '../../support/engines.js'

const ENGINE = ['--engine', 'eager:tensorflow']
const VERSION = packageVersion('@tensorflow/tfjs-core')
/** The project's own packages only. */
const ALONE = { NODE_PATH: '' }

/** A package of this name whose main file is `code`, with a file where the addon would be. */
const packageWith = (name: string, code: string, version = VERSION) => ({
  [`${name}/package.json`]: JSON.stringify({ name, version, main: 'index.js' }),
  [`${name}/index.js`]: code,
  [`${name}/lib/napi-v8/tfjs_binding.node`]: '',
})
const NAME = '@tensorflow/tfjs-node'

test('less precision is refused', async () => {
  const args = [...ENGINE, '--set', 'precision=mixed_float16']
  expectRefusal(await runIn(projectWith(), args), /^Engine eager:tensorflow computes in float32 only, but precision /)
})

/** A package that works of the project itself would come first. */
const own = isOwn(NAME) || isOwn('@tensorflow/tfjs-node-gpu/lib')

describe.skipIf(own)('packages that cannot be used', () => {
  test('without a working package, a message says what each lacks and how to install one', async () => {
    const words =
      /finds no TensorFlow for tfjs \(@tensorflow\/tfjs-node-gpu: .*; @tensorflow\/tfjs-node: it is not installed\); `npm install --ignore-scripts=false @tensorflow\/tfjs-node@4\.22\.0` installs one\.$/m
    expectRefusal(await runIn(projectWith(), ENGINE, ALONE), words)
  })

  test.each([
    [
      'of another version',
      packageWith(NAME, '', '3.21.1'),
      /tfjs-node: its version is 3\.21\.1, and 4\.22\.0 is needed\)/,
    ],
    ['that does not load', packageWith(NAME, 'throw new Error("no such library")'), /tfjs-node: no such library\)/],
    ['that brings no backend', packageWith(NAME, ''), /tfjs-node: it registers no backend\)/],
    [
      'without its addon',
      { [`${NAME}/package.json`]: JSON.stringify({ name: NAME, version: VERSION }) },
      /tfjs-node: its addon is missing\)/,
    ],
  ])('a package %s is not taken', async (_, modules, words) => {
    expectRefusal(await runIn(projectWith(modules), ENGINE, ALONE), words)
  })
})

describe.skipIf(own)('a package that says it uses a GPU', () => {
  const core = JSON.stringify(new URL('../../../node_modules/@tensorflow/tfjs-core', import.meta.url).pathname)
  // plain JavaScript under the name of TensorFlow; it calls what Node 23 took away, as the real package does
  const gpu = packageWith(
    NAME,
    `const tf = require(${core})
     if (require('util').isNullOrUndefined(0)) throw new Error('0 is something')
     const backend = Object.assign(tf.findBackendFactory('cpu')(), { isUsingGpuDevice: true })
     tf.registerBackend('tensorflow', () => backend, 3)
     tf.copyRegisteredKernels('cpu', 'tensorflow')
     tf.setBackend('tensorflow')`,
  )

  test.each(['auto', 'gpu', 'gpu:0'])('computes on it when asked for %s', async (device) => {
    const cwd = projectWith(gpu)
    expectRun(await runIn(cwd, [...ENGINE, '--device', device], ALONE))
    expect(historyIn(cwd)).toMatchObject({ engine: 'eager:tensorflow', device: 'gpu:0', versions: { [NAME]: VERSION } })
  })

  test.each(['cpu', 'gpu:1'])('refuses %s', async (device) => {
    const words = new RegExp(`computes on gpu:0 here, but device ${device} is asked for: .*CUDA_VISIBLE_DEVICES`)
    expectRefusal(await runIn(projectWith(gpu), [...ENGINE, '--device', device], ALONE), words)
  })
})

describe.runIf(engineNames.includes('eager:tensorflow'))('the real one', () => {
  test('trains from the command line, quietly, and the process ends', async () => {
    const cwd = projectWith()
    expectRun(await runIn(cwd, ENGINE))
    const { engine, versions } = historyIn(cwd)
    expect(engine).toBe('eager:tensorflow')
    expect(versions.tensorflow).toMatch(/^2\.\d+\.\d+/)
  })
})
