/** `--from`: a folder or a wheel. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { givenSource } from '../../src/libtensorflow/given-source.js'
import type { Target } from '../../src/libtensorflow/target.js'
import { temporaryFolder } from '../support/command.js'
import { filesBelow } from '../support/installation.js'
import { FRAMEWORK, LIBRARY, tensorflowWheel, wheelOf } from '../support/package-index.js'

const listener = { say: () => {}, progress: () => {} }
const sourceFrom = (from: string, target: Target = 'tensorflow') =>
  givenSource(from, { target, signal: new AbortController().signal, listener })

function folderWith(...files: string[]): string {
  const root = temporaryFolder()
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), file)
  }
  return root
}

async function filled(from: string, target?: Target) {
  const source = await sourceFrom(from, target)
  const folder = temporaryFolder()
  await source.fill(folder)
  return { source, files: filesBelow(folder) }
}

const PLAIN = LIBRARY.replace('_cc', '')

describe('a folder', () => {
  test('tensorflow of site-packages, or site-packages', async () => {
    const root = folderWith(`tensorflow/${LIBRARY}`, `tensorflow/${FRAMEWORK}`, 'tensorflow/__init__.py')
    for (const from of [root, join(root, 'tensorflow')]) {
      const { source, files } = await filled(from)
      expect(files).toEqual([`tensorflow/${LIBRARY}`, `tensorflow/${FRAMEWORK}`])
      expect(source.version).toBeUndefined()
      expect(source.bytes).toBe(`tensorflow/${LIBRARY}tensorflow/${FRAMEWORK}`.length)
    }
  })

  test('of a C package, or its lib/; links are copied as files', async () => {
    const root = folderWith('lib/libtensorflow.2.18', `lib/${FRAMEWORK}`, 'LICENSE', 'THIRD_PARTY_TF_C_LICENSES')
    symlinkSync('libtensorflow.2.18', join(root, 'lib', PLAIN))
    for (const from of [root, join(root, 'lib')]) {
      const { files } = await filled(from)
      expect(files).toEqual(
        ['LICENSE', 'THIRD_PARTY_TF_C_LICENSES', PLAIN, FRAMEWORK].map((name) => `tensorflow/${name}`).toSorted(),
      )
    }
  })

  test('for CUDA with the packages beside it', async () => {
    const root = folderWith(
      ...[`tensorflow/${LIBRARY}`, 'nvidia/cudnn/lib/libcudnn.so.9', 'nvidia/cudnn/include/cudnn.h'],
      ...['nvidia/cuda_nvcc/bin/ptxas', 'nvidia/__init__.py'],
    )
    const { files } = await filled(root, 'cuda')
    expect(files).toEqual(['nvidia/cuda_nvcc/bin/ptxas', 'nvidia/cudnn/lib/libcudnn.so.9', `tensorflow/${LIBRARY}`])
  })
})

test('a wheel has its version', async () => {
  const { data, wheel } = tensorflowWheel()
  const path = join(temporaryFolder(), wheel.file)
  writeFileSync(path, data)
  const { source, files } = await filled(path)
  expect(source).toMatchObject({ version: '2.21.0', bytes: wheel.unpacked, from: path })
  expect(files).toContain(`tensorflow/${LIBRARY}`)
})

describe('mistakes', () => {
  const message = (from: string, target?: Target) =>
    sourceFrom(from, target).then(
      () => 'none',
      (error) => (error instanceof UserError ? error.message : `not ours: ${error}`),
    )

  test('give a message of one sentence', async () => {
    const root = folderWith('empty/x', 'bad.whl', `cpu/tensorflow/${LIBRARY}`)
    writeFileSync(join(root, 'other-1.0-py3-none-any.whl'), wheelOf('other', { 'x.py': '' }).data)
    const { data } = tensorflowWheel()
    writeFileSync(join(root, 'cut.whl'), data.subarray(0, 200_000))
    expect(await message(join(root, 'no'))).toBe(`--from ${join(root, 'no')}: no such file or folder.`)
    expect(await message(join(root, 'empty'))).toMatch(
      /: there is no libtensorflow_cc\S+ or \S+ in this folder, in its lib\/ or in its tensorflow\/\.$/,
    )
    expect(await message(join(root, 'bad.whl'))).toMatch(/^bad\.whl is not a complete wheel: .+\.$/)
    expect(await message(join(root, 'cut.whl'))).toMatch(/^cut\.whl is not a complete wheel: .+\.$/)
    expect(await message(join(root, 'other-1.0-py3-none-any.whl'))).toMatch(
      /does not contain TensorFlow: there is no libtensorflow_cc/,
    )
    expect(await message(join(root, 'cpu'), 'cuda')).toMatch(/there are no NVIDIA packages \(nvidia\/\) beside /)
    expect(await message(join(root, 'bad.whl'), 'cuda')).toMatch(/needs a folder: site-packages/)
  })

  test('a wheel with a broken file', async () => {
    const { data, wheel } = tensorflowWheel()
    const path = join(temporaryFolder(), wheel.file)
    writeFileSync(path, Buffer.concat([data.subarray(0, 1000), Buffer.from([~data[1000]! & 255]), data.subarray(1001)]))
    const source = await sourceFrom(path)
    await expect(source.fill(temporaryFolder())).rejects.toThrow(/is not a complete wheel: /)
  })
})
