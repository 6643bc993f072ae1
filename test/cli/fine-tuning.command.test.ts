/** The example of docs/fine-tuning.md, as a user runs it. */
import { readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { readModel } from '../../src/export/saved-model.js'
import { runCommand, temporaryFolder } from '../support/command.js'

const ROOT = dirname(dirname(import.meta.dirname))
const docs = readFileSync(join(ROOT, 'docs/fine-tuning.md'), 'utf8')
const [zeroToFour, fiveToNine] = Array.from(docs.matchAll(/```json\n(.*?)```/gs), ([, text]) => text!)

test('digits 0 to 4, then 5 to 9 with frozen convolutions', async () => {
  const scratch = JSON.stringify({ ...JSON.parse(fiveToNine!), start: undefined })
  const cwd = temporaryFolder({
    'zero-to-four.json': zeroToFour!,
    'five-to-nine.json': fiveToNine!,
    'from-seed.json': scratch,
  })
  symlinkSync(join(ROOT, 'specs'), join(cwd, 'specs'))
  for (const name of ['zero-to-four', 'five-to-nine', 'from-seed']) {
    const { code, stderr } = await runCommand([`${name}.json`, '--engine', 'onnx'], { cwd })
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr.includes('Start: all 4 layers have the weights of runs/zero-to-four/1.')).toBe(
      name === 'five-to-nine',
    )
  }
  const scoreOf = (name: string) =>
    JSON.parse(readFileSync(join(cwd, `runs/${name}/1/history.json`), 'utf8')).test.acc as number
  expect(scoreOf('zero-to-four')).toBeGreaterThan(0.97)
  expect(scoreOf('five-to-nine')).toBeGreaterThan(0.92)
  expect(scoreOf('five-to-nine')).toBeGreaterThan(scoreOf('from-seed') + 0.03)
  const [before, after] = await Promise.all(
    ['zero-to-four', 'five-to-nine'].map((name) => readModel(join(cwd, `runs/${name}/1/model`))),
  )
  const same = [...before!.weights.keys()].filter(
    (name) => Buffer.compare(bytesOf(before!, name), bytesOf(after!, name)) === 0,
  )
  expect(same).toEqual(['features_1/kernel', 'features_1/bias', 'features_2/kernel', 'features_2/bias'])
})

const bytesOf = ({ weights }: Awaited<ReturnType<typeof readModel>>, name: string) =>
  Buffer.from(weights.get(name)!.values.buffer)
