/** Augmentation through the command. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'
import { runMain } from '../support/main.js'
import { npy } from '../support/npy.js'
import { ownSpec } from '../support/own-data.js'

const FLIP = { type: 'RandomFlip', mode: 'horizontal' }

const spec = (augment: unknown, rest: object = {}) => ({
  data: { dataset: 'digits', augment },
  model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 10, activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
  metrics: ['accuracy'],
  fit: { epochs: 2, batch_size: 50, validation_split: 0.2 },
  engine: 'onnx',
  ...rest,
})

/** Trains a spec in a folder of its own, and returns the bytes of the weights and the history. */
async function trained(given: object, args: readonly string[] = []) {
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify(given) })
  const { code, stderr } = await runCommand(['spec.json', '--out', 'run', ...args], { cwd })
  expect(code, stderr).toBe(0)
  const read = (file: string) => readFileSync(join(cwd, 'run', file))
  const { metrics, test } = JSON.parse(read('history.json').toString())
  return {
    cwd,
    stderr,
    weights: read('model/weights.bin').toString('base64'),
    metrics,
    test,
    spec: read('spec.json').toString(),
  }
}

describe('the same seed gives the same bytes', () => {
  test('with any number of threads, and when the saved spec is run', async () => {
    const given = spec([FLIP, { type: 'RandomContrast', factor: 0.3, value_range: [0, 1] }])
    const first = await trained(given, ['--workers', '0'])
    for (const workers of ['1', '3']) {
      expect((await trained(given, ['--workers', workers])).weights).toBe(first.weights)
    }
    expect((await trained(JSON.parse(first.spec))).weights).toBe(first.weights)
  })

  test('from memory and from a pack, also of mixed samples', async () => {
    const COUNT = 60
    const files = { 'x.npy': npy([COUNT, 6, 6, 3], (at) => (at * 37) % 256), 'y.npy': npy([COUNT], (at) => at % 3) }
    const { data: _, ...network } = spec([])
    const weightsOf = async (cache: string, workers: string) => {
      const path = ownSpec(
        files,
        {
          source: { x: 'x.npy', y: 'y.npy' },
          features: { x: { type: 'array', augment: ['RandomFlip', 'MixUp', 'CutMix'], steps: ['Standardize'] } },
          target: 'y',
          test: 0.2,
          cache,
        },
        {
          ...network,
          model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto', activation: 'softmax' }] },
          loss: 'categorical_crossentropy',
        },
      )
      const out = join(temporaryFolder(), 'run')
      const home = temporaryFolder()
      const { code, stderr } = await runCommand([path, '--out', out, '--workers', workers], {
        env: { XDG_CACHE_HOME: home },
      })
      expect(code, stderr).toBe(0)
      expect(stderr.includes('Packed the rows into')).toBe(cache === 'disk')
      return readFileSync(join(out, 'model/weights.bin')).toString('base64')
    }
    const memory = await weightsOf('memory', '0')
    expect(await weightsOf('disk', '2')).toBe(memory)
    expect(await weightsOf('disk', '0')).toBe(memory)
    expect(await weightsOf('memory', '2')).toBe(memory)
  })
})

test('without learning, each epoch measures other training samples and the same validation, as without augmentation', async () => {
  const still = { optimizer: { type: 'SGD', learning_rate: 1e-30 } }
  const made = await trained(spec([FLIP], still))
  const plain = await trained(spec([], still))
  expect(made.metrics.val_loss[0]).toBe(made.metrics.val_loss[1])
  expect(made.metrics.val_loss[0]).toBeCloseTo(plain.metrics.val_loss[0], 6)
  expect(made.test.loss).toBeCloseTo(plain.test.loss, 6)
  expect(Math.abs(made.metrics.loss[0] - made.metrics.loss[1])).toBeGreaterThan(1e-4)
  expect(plain.metrics.loss[0]).toBeCloseTo(plain.metrics.loss[1], 6)
})

describe('what is wrong is told before the first step', () => {
  const told = async (given: object, args: readonly string[] = []) => {
    const cwd = temporaryFolder({ 'spec.json': JSON.stringify(given) })
    const { code, stderr } = await runMain(['spec.json', ...args], { cwd })
    expect(code, stderr).toBe(2)
    return stderr
  }

  test('a loss that compares classes, for mixed samples', async () => {
    expect(await told(spec(['MixUp']))).toContain(
      'loss sparse_categorical_crossentropy needs a class as the target, but layers in "augment" mix the classes of samples; write the name without "sparse_"',
    )
  })

  test('the range of values that a set does not have', async () => {
    expect(await told(spec([{ type: 'RandomBrightness', factor: 0.1 }]))).toContain(
      '/data/augment/0/value_range: found [0, 255], but the pictures have values from 0 to 1; write "value_range": [0, 1]',
    )
  })

  test('weights of classes, for mixed samples', async () => {
    const mixed = { ...spec(['MixUp']), loss: 'categorical_crossentropy' }
    expect(await told({ ...mixed, fit: { ...mixed.fit, class_weight: 'balanced' } })).toContain(
      'found weights of classes, but layers in "augment" mix the classes of samples',
    )
  })

  test('a layer with a name that is nearly right', async () => {
    expect(await told(spec(['RandomFlipp']))).toContain('did you mean "RandomFlip"?')
  })

  test('a set without pictures', async () => {
    expect(await told({ ...spec([]), data: { dataset: 'go-positions', augment: ['RandomFlip'] } })).toContain(
      'unknown key "augment"',
    )
  })

  test.each(['-1', '1.5', '1000', 'many'])('%s threads', async (workers) => {
    expect(await told(spec([FLIP]), [`--workers=${workers}`])).toContain(
      `--workers: found "${workers}", must be a whole number from 0 to 256`,
    )
  })
})

test('train data counts the classes of samples that are to be mixed', async () => {
  const given = { ...spec(['MixUp']), loss: 'categorical_crossentropy' }
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify(given) })
  const { code, stdout, stderr } = await runMain(['data', 'spec.json', '--json'], { cwd })
  expect(code, stderr).toBe(0)
  const [target] = JSON.parse(stdout).targets
  expect(target.kind).toBe('class')
  expect(target.classes.reduce((sum: number, one: { train: number }) => sum + one.train, 0)).toBe(1149)
})

describe('threads end with the command', () => {
  const long = spec([FLIP], { fit: { epochs: 100_000, batch_size: 50, validation_split: 0.2 } })

  test('when training stops early', async () => {
    const early = { ...long, early_stopping: { monitor: 'val_loss', patience: 0, min_delta: 100 } }
    const { metrics } = await trained(early, ['--workers', '2'])
    expect(metrics.loss).toHaveLength(2)
  })

  test('after Ctrl-C', async () => {
    const cwd = temporaryFolder({ 'spec.json': JSON.stringify(long) })
    let isPressed = false
    const { code, stderr } = await runCommand(['spec.json', '--out', 'run', '--workers', '2', '-v', '2'], {
      cwd,
      watch(child, text) {
        if (isPressed || !text.includes('val_loss')) return
        isPressed = true
        child.kill('SIGINT')
      },
    })
    expect(code, stderr).toBe(130)
    expect(JSON.parse(readFileSync(join(cwd, 'run/history.json'), 'utf8')).stop.reason).toBe('interrupted')
  })
})
