/** Pictures through the command: training, evaluating, looking; the same bytes each time. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { decode } from 'fast-png'
import { expect, test } from 'vitest'
import { runMain } from '../support/main.js'
import { ownSpec } from '../support/own-data.js'
import { greyPng, maskPng } from '../support/png.js'

const BRIGHT = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => [
    `p/${index % 2 ? 'bright' : 'dark'}/${index}.png`,
    greyPng(6, 5, index % 2 ? 200 : 20),
  ]),
)
const FEATURES = {
  image: { type: 'image', image_size: [6, 6], augment: ['RandomFlip'], steps: [{ type: 'Rescaling', scale: 1 / 255 }] },
}
const NETWORK = {
  name: 'own',
  model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto', activation: 'softmax' }] },
  fit: { epochs: 3, batch_size: 8, validation_split: 0.25 },
  metrics: ['accuracy'],
  optimizer: { type: 'Adam', learning_rate: 0.05 },
}

test('a folder by class: training from the saved spec, from a pack, and evaluating give the same', async () => {
  const cwd = dirname(ownSpec(BRIGHT, { source: 'p', features: FEATURES, test: 0.2 }, NETWORK))
  const train = async (spec: string, ...more: string[]) => {
    const { code, stderr } = await runMain([spec, '--engine', 'onnx', ...more], { cwd })
    expect(code, stderr).toBe(0)
    return stderr
  }
  const said = await train('spec.json')
  expect(said).toContain('Target "label": class 0 "bright", 1 "dark".')
  await train('runs/own/1/spec.json')
  await train('spec.json', '--set', 'data.cache="disk"')
  expect(await train('spec.json', '--set', 'data.cache="disk"')).toMatch(/Its rows come from the pack /)
  const weights = [1, 2, 3, 4].map((run) => readFileSync(join(cwd, `runs/own/${run}/model/weights.bin`)))
  for (const one of weights) expect(one.equals(weights[0]!)).toBe(true)
  const { code, stdout, stderr } = await runMain(['evaluate', 'runs/own/1', '--json'], { cwd })
  expect(code, stderr).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ samples: 8 })
})

test('masks: a class for each pixel', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [
      [`p/${index}.png`, greyPng(4, 4, 20 * index)],
      [`m/${index}.png`, maskPng(4, new Array(16).fill(index % 2))],
    ]).flat(),
  )
  const data = {
    source: 'p/*.png',
    features: { image: { type: 'image', image_size: [4, 4] } },
    target: { type: 'image', masks: 'm/{stem}.png', class_names: ['a', 'b'] },
  }
  const model = { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] }
  const cwd = dirname(ownSpec(files, data, { ...NETWORK, model, loss: 'sparse_categorical_crossentropy' }))
  const { code, stderr } = await runMain(['spec.json', '--engine', 'onnx'], { cwd })
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('Target "target": for each pixel class 0 "a", 1 "b".')
})

test('a damaged picture ends training before its first step', async () => {
  const files = { ...BRIGHT, 'p/dark/9.png': '<svg/>' }
  const cwd = dirname(ownSpec(files, { source: 'p', features: FEATURES }, NETWORK))
  expect(await runMain(['spec.json'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/p: row 26: dark\/9\.png is SVG, must be JPEG, PNG, WebP, GIF or BMP\n/),
  })
  expect(existsSync(join(cwd, 'runs'))).toBe(false)
})

test('train data proposes a spec for a folder, which trains, and draws a contact sheet', async () => {
  const cwd = dirname(ownSpec(BRIGHT, { source: 'p' }, NETWORK))
  const { code, stderr } = await runMain(['data', 'p', '--target', 'label', '-o', 'new.json', '--png', 'sheet.png'], {
    cwd,
  })
  expect(code, stderr).toBe(0)
  const { width, height } = decode(readFileSync(join(cwd, 'sheet.png')))
  expect([width, height].every((size) => size > 60)).toBe(true)
  const trained = await runMain(['new.json', '--set', 'fit.epochs=1', '--engine', 'onnx'], { cwd })
  expect(trained.code, trained.stderr).toBe(0)
  expect(await runMain(['data', 'p', '--target', 'price', '-o', 'x.json'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--target: found "price", but the target of a folder is "label"'),
  })
})

test('data without pictures have no contact sheet', async () => {
  const cwd = dirname(ownSpec({ 'a.csv': 'x,y\n1,2.5\n3,4.5\n5,6.25\n7,8\n9,1\n' }, { source: 'a.csv' }, NETWORK))
  expect(await runMain(['data', 'a.csv', '--target', 'y', '--png', 'sheet.png'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--png: the data have no pictures as an input'),
  })
})

test('a folder without classes is named when a spec is asked for', async () => {
  const cwd = dirname(ownSpec({ 'p/1.png': greyPng(4, 4, 1), 's/1.wav': 'RIFF' }, { source: 'p' }, NETWORK))
  expect(await runMain(['data', 'p'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('p: needs two folders at least, one for each class, to propose a spec'),
  })
  expect(await runMain(['data', 's'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('s: needs two folders at least, one for each class, to propose a spec'),
  })
})
