/** Engine `eager:webgpu`: its message if a package or an adapter is missing, and its device. */
import { describe, expect, test } from 'vitest'
import { openEngine } from '../../../src/engine/registry.js'
import { expectRefusal, expectRun, historyIn, isOwn, projectWith, runIn } from '../../support/eager-run.js'
import { engineNames } from '../../support/engines.js'

const ENGINE = ['--engine', 'eager:webgpu']

// of the project itself they would come first
describe.skipIf(isOwn('webgpu') || isOwn('@tensorflow/tfjs-backend-webgpu'))('packages', () => {
  test('that are missing: a message names them and how to install them', async () => {
    const words =
      /^Engine eager:webgpu needs two packages \(webgpu: it is not installed; @tensorflow\/tfjs-backend-webgpu: it is not installed\); `npm install webgpu@[\d.]+ @tensorflow\/tfjs-backend-webgpu@4\.22\.0` installs them\.$/m
    expectRefusal(await runIn(projectWith(), ENGINE, { NODE_PATH: '' }), words)
  })

  test('that do not load give a message', async () => {
    const cwd = projectWith({
      'webgpu/package.json': JSON.stringify({ name: 'webgpu', version: '0.6.2', type: 'module', main: 'index.js' }),
      'webgpu/index.js': 'throw new Error("no build for this machine")',
    })
    expectRefusal(await runIn(cwd, ENGINE, { NODE_PATH: '' }), /\(webgpu: no build for this machine; /)
  })
})

test.each([
  [['--device', 'gpu:0'], /cannot select one of several GPUs, but device gpu:0 is asked for: use device gpu\.$/m],
  [['--set', 'precision=mixed_float16'], /computes in float32 only, but precision mixed_float16 is asked for/],
])('%s is refused', async (args, words) => {
  expectRefusal(await runIn(projectWith(), [...ENGINE, ...args]), words)
})

describe.runIf(engineNames.includes('eager:webgpu'))('with an adapter', () => {
  test('trains from the command line, quietly, and the process ends', async () => {
    const cwd = projectWith()
    expectRun(await runIn(cwd, ENGINE))
    expect(historyIn(cwd)).toMatchObject({ engine: 'eager:webgpu', device: expect.stringMatching(/^(cpu|gpu)$/) })
    expect(Object.keys(historyIn(cwd).versions)).toContain('webgpu')
  })

  test('an adapter that computes in software is the processor, not a GPU', async () => {
    const { device } = (await openEngine('eager:webgpu')).engine
    if (device === 'gpu') return
    expect((await openEngine('eager:webgpu', { device: 'cpu', precision: 'float32', logs: false })).engine.device).toBe(
      'cpu',
    )
    expectRefusal(
      await runIn(projectWith(), [...ENGINE, '--device', 'gpu']),
      /^Engine eager:webgpu finds no GPU here: /,
    )
  })

  test.runIf(process.platform === 'linux')('without a driver, a message says so', async () => {
    const env = { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' }
    expectRefusal(
      await runIn(projectWith(), ENGINE, env),
      /^Engine eager:webgpu finds no adapter here: it needs a driver for Vulkan, .*; engine eager:cpu needs none\.$/m,
    )
  })
})
