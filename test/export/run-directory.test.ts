/** Every run has its own folder, and replaces no file. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkEmpty, createRunDirectory } from '../../src/export/run-directory.js'
import { lockOfNone } from '../support/locks.js'

const home = process.cwd()
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainspec-'))
  process.chdir(folder)
})

afterEach(async () => {
  process.chdir(home)
  await rm(folder, { recursive: true })
})

/** As a run that ends at once. */
async function created(name: string, out?: string): Promise<string> {
  const { directory, lock } = await createRunDirectory(name, out)
  await lock.release()
  return directory
}

const refused = (message: string) => expect.objectContaining({ name: 'UserError', message })

describe('by name', () => {
  test('runs are numbered from 1', async () => {
    expect(await created('mlp')).toBe(join('runs', 'mlp', '1'))
    expect(await created('mlp')).toBe(join('runs', 'mlp', '2'))
    expect(await created('cnn')).toBe(join('runs', 'cnn', '1'))
  })

  test('numbers below one in use are not used again, and other names do not count', async () => {
    for (const name of ['7', 'best', '08', '12x', '9'.repeat(30)])
      await mkdir(join('runs/mlp', name), { recursive: true })
    expect(await created('mlp')).toBe(join('runs', 'mlp', '8'))
  })

  test('a file with the next number is skipped', async () => {
    await mkdir('runs/mlp', { recursive: true })
    await writeFile('runs/mlp/1', '')
    expect(await created('mlp')).toBe(join('runs', 'mlp', '2'))
  })

  test('runs that start at the same time get different folders', async () => {
    const paths = await Promise.all(Array.from({ length: 20 }, () => created('mlp')))
    expect(new Set(paths).size).toBe(20)
    expect((await readdir('runs/mlp')).length).toBe(20)
  })

  test('a file in the place of a folder is named', async () => {
    await writeFile('runs', '')
    await expect(createRunDirectory('mlp')).rejects.toEqual(
      refused(
        `Cannot create the folder of the run: ${join('runs', 'mlp')}: a part of the path is a file, not a folder.`,
      ),
    )
  })
})

describe('in the folder of the user', () => {
  test('a new folder, with the folders above it', async () => {
    expect(await created('mlp', 'results/today')).toBe('results/today')
    expect(await readdir('results/today')).toEqual([])
  })

  test('an empty folder', async () => {
    await mkdir('empty')
    expect(await created('mlp', 'empty')).toBe('empty')
  })

  test('not a folder with files in it', async () => {
    await mkdir('full')
    for (const name of ['a', 'b', 'c', 'd']) await writeFile(join('full', name), '')
    await expect(createRunDirectory('mlp', 'full')).rejects.toEqual(
      refused('The folder full is not empty (a, b, c, ...); a run never overwrites anything.'),
    )
  })

  test('not one that another run has begun in', async () => {
    const { lock } = await createRunDirectory('mlp', 'begun')
    await expect(createRunDirectory('mlp', 'begun')).rejects.toThrow(
      'Another run writes into the folder begun: process',
    )
    expect(await readdir('begun')).toEqual(['run.lock'])
    await lock.release()
    expect(await readdir('begun')).toEqual([])
  })

  test('one in which a run was killed before it wrote anything', async () => {
    await mkdir('begun')
    await writeFile('begun/run.lock', lockOfNone())
    expect(await created('mlp', 'begun')).toBe('begun')
  })

  test('not a file', async () => {
    await writeFile('file', '')
    await expect(createRunDirectory('mlp', 'file')).rejects.toEqual(
      refused('Cannot create the folder of the run: file: a file with this name exists.'),
    )
  })

  test('before the run: no message for a new or empty folder, which is not made', async () => {
    await mkdir('empty')
    await checkEmpty('empty')
    await checkEmpty('new/below')
    expect(await readdir('.')).toEqual(['empty'])
    await expect(checkEmpty('.')).rejects.toEqual(
      refused('The folder . is not empty (empty); a run never overwrites anything.'),
    )
  })

  test('before the run: a message for a file in the way', async () => {
    await writeFile('file', '')
    for (const path of ['file', 'file/run']) {
      await expect(checkEmpty(path)).rejects.toEqual(
        refused(`Cannot create the folder of the run: ${path}: a part of the path is a file, not a folder.`),
      )
    }
  })
})
