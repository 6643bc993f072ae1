/** Reading a saved model: complete, or refused in one sentence, and never from files outside of its folder. */
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { saveModel } from '../../src/export/model.js'
import { readModel } from '../../src/export/saved-model.js'
import { buildModel } from '../../src/model/model.js'
import { temporaryFolder } from '../support/command.js'
import { expectResultOrSentence, forDamaged } from '../support/damaged.js'
import { resolveModel } from '../support/spec.js'

/** Two layers of 3 x 2 + 2 and 2 x 1 + 1 weights. */
async function savedFolder(): Promise<string> {
  const folder = join(temporaryFolder(), 'model')
  const model = buildModel(
    resolveModel([
      { type: 'Dense', units: 2 },
      { type: 'Dense', units: 1 },
    ]),
    { x: [3] },
    1,
  )
  const state = Object.fromEntries(model.weights.map(({ name, initial }) => [name, initial()]))
  await saveModel(folder, model, state)
  return folder
}

function edit(folder: string, change: (manifest: { paths: string[]; weights: { shape: number[] }[] }) => void): void {
  const path = join(folder, 'model.json')
  const document = JSON.parse(readFileSync(path, 'utf8'))
  change(document.weightsManifest[0])
  writeFileSync(path, JSON.stringify(document))
}

test('is read back as it was saved', async () => {
  const { weights } = await readModel(await savedFolder())
  expect([...weights.values()].map(({ shape }) => shape)).toEqual([[3, 2], [2], [2, 1], [1]])
})

test.each([
  '../../../../../../dev/zero',
  '/dev/zero',
  '../model.json',
  'a/../weights.bin',
  'a\\weights.bin',
  '..',
  '.',
  '',
  'weights.bin\0',
  'x'.repeat(5_000),
])('a path %j leads to no file of the folder', async (name) => {
  const folder = await savedFolder()
  edit(folder, (manifest) => {
    manifest.paths = [name]
  })
  const error = await readModel(folder).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(UserError)
  expect((error as UserError).message).toMatch(
    /model\.json: found ".*" in "paths", must be the name of a file in the folder of the model$/,
  )
  expect((error as UserError).message.length).toBeLessThan(folder.length + 200)
})

test('a link out of the folder is not followed; a link within it is', async () => {
  const folder = await savedFolder()
  copyFileSync(join(folder, 'weights.bin'), join(folder, '../elsewhere.bin'))
  symlinkSync('../elsewhere.bin', join(folder, 'out.bin'))
  symlinkSync('weights.bin', join(folder, 'in.bin'))
  symlinkSync('/dev/zero', join(folder, 'zero.bin'))
  const withPath = (name: string) => {
    edit(folder, (manifest) => {
      manifest.paths = [name]
    })
    return readModel(folder)
  }
  await expect(withPath('out.bin')).rejects.toThrow('found "out.bin" in "paths"')
  await expect(withPath('zero.bin')).rejects.toThrow('found "zero.bin" in "paths"')
  expect((await withPath('in.bin')).weights.size).toBe(4)
})

test('files of wrong or excessive size are refused before anything is read', async () => {
  const folder = await savedFolder()
  const weights = join(folder, 'weights.bin')
  truncateSync(weights, 2 ** 40)
  await expect(readModel(folder)).rejects.toThrow(`${weights}: found ${2 ** 40} bytes, must be 44; the file is damaged`)
  edit(folder, (manifest) => {
    manifest.weights[0]!.shape = [2 ** 38]
  })
  await expect(readModel(folder)).rejects.toThrow(/states 274877906949 weights, must be at most 200000000/)
  truncateSync(join(folder, 'model.json'), 2 ** 33)
  await expect(readModel(folder)).rejects.toThrow(/model\.json: has 8.59 GB, must have at most 64.0 MB$/)
})

test('folders or devices in place of model.json and weights.bin are refused', async () => {
  for (const file of ['model.json', 'weights.bin']) {
    const folder = join(temporaryFolder(), 'model')
    const source = await savedFolder()
    mkdirSync(folder)
    for (const name of ['model.json', 'weights.bin'])
      if (name !== file) copyFileSync(join(source, name), join(folder, name))
    mkdirSync(join(folder, file))
    await expect(readModel(folder)).rejects.toThrow(`${join(folder, file)}: is a folder, must be a file`)
  }
  const folder = temporaryFolder()
  symlinkSync('/dev/zero', join(folder, 'model.json'))
  await expect(readModel(folder)).rejects.toThrow('model.json: is a device or a pipe, must be a file')
})

test.each(['model.json', 'weights.bin'])('a damaged %s is read or refused in one sentence', async (name) => {
  const folder = await savedFolder()
  const path = join(folder, name)
  const whole = readFileSync(path)
  await forDamaged(whole, async (bytes) => {
    writeFileSync(path, bytes)
    await expectResultOrSentence(readModel(folder), join(folder, ''), ({ weights }) => {
      for (const { shape, values } of weights.values()) {
        expect(values).toHaveLength(shape.reduce((product, dim) => product * dim, 1))
      }
    })
  })
})
