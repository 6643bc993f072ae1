/** Data that do not fit in the memory budget: memory does not grow with them, and the weights are those of memory. */
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'

const ROWS = 2_000_000
const WIDTH = 40
/** Bytes of the features. */
const SIZE = 4 * ROWS * WIDTH

const SPEC = {
  data: { source: { x: 'x.npy', y: 'y.npy' }, features: { x: 'array' }, target: 'y' },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 1 }] },
  loss: 'mse',
  optimizer: { type: 'SGD', learning_rate: 0.01 },
  fit: { batch_size: 2048, validation_split: 0.1, shuffle: { window: 16 } },
}

/** Writes an array of float32, a piece of some rows again and again. */
function writeNpy(path: string, shape: string, values: Float32Array, times: number): void {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117)
  const file = openSync(path, 'w')
  writeSync(file, Buffer.concat([Buffer.from([0x93]), Buffer.from('NUMPY'), Buffer.from([1, 0, 118, 0])]))
  writeSync(file, `${header}\n`)
  for (let time = 0; time < times; time++) writeSync(file, Buffer.from(values.buffer))
  closeSync(file)
}

test('training from a pack needs less memory than the rows have, and gives the same weights', async () => {
  const folder = temporaryFolder({ 'spec.json': JSON.stringify(SPEC) })
  const some = 10_000
  const piece = Float32Array.from({ length: some * WIDTH }, (_, index) => Math.sin(index * index))
  writeNpy(join(folder, 'x.npy'), `${ROWS}, ${WIDTH}`, piece, ROWS / some)
  writeNpy(join(folder, 'y.npy'), `${ROWS},`, piece.slice(0, some), ROWS / some)
  const peak = join(import.meta.dirname, '../../bench/peak-memory.js')
  const run = async (cache: string, out: string) => {
    const args = ['spec.json', '--engine', 'onnx', '--set', `data.cache="${cache}"`, '--out', out]
    const env = { XDG_CACHE_HOME: folder, NODE_OPTIONS: `--import=${peak}` }
    const { code, stdout, stderr } = await runCommand(args, { cwd: folder, env })
    expect(code, stderr).toBe(0)
    return { megabytes: Number(stdout.trim().split('\n').at(-1)), stderr }
  }
  const first = await run('auto', 'first')
  expect(first.stderr).toContain('Packed the rows into the pack')
  const second = await run('auto', 'second')
  expect(second.stderr).toContain('Its rows come from the pack')
  const memory = await run('memory', 'memory')
  expect(first.megabytes).toBeLessThan(memory.megabytes)
  // the peak of the run in memory differs by a third of the rows from run to run
  expect(second.megabytes * 1e6).toBeLessThan(memory.megabytes * 1e6 - SIZE / 2)
  const weights = (out: string) => readFileSync(join(folder, out, 'model', 'weights.bin'))
  expect(weights('first')).toEqual(weights('memory'))
  expect(weights('second')).toEqual(weights('memory'))
  // nothing but the pack and its name is left
  expect(readdirSync(join(folder, 'trainspec', 'packs')).filter((name) => !/\.(?:pack|key)$/.test(name))).toEqual([])
})
