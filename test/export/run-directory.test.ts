/** Every run has its own folder, and replaces no file. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkEmpty, createRunDirectory } from '../../src/export/run-directory.js'

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

const refused = (message: string) => expect.objectContaining({ name: 'UserError', message })

describe('by name', () => {
  test('runs are numbered from 1', async () => {
    expect(await createRunDirectory('mlp')).toBe(join('runs', 'mlp', '1'))
    expect(await createRunDirectory('mlp')).toBe(join('runs', 'mlp', '2'))
    expect(await createRunDirectory('cnn')).toBe(join('runs', 'cnn', '1'))
  })

  test('numbers below one in use are not used again, and other names do not count', async () => {
    for (const name of ['7', 'best', '08', '12x', '9'.repeat(30)])
      await mkdir(join('runs/mlp', name), { recursive: true })
    expect(await createRunDirectory('mlp')).toBe(join('runs', 'mlp', '8'))
  })

  test('a file with the next number is skipped', async () => {
    await mkdir('runs/mlp', { recursive: true })
    await writeFile('runs/mlp/1', '')
    expect(await createRunDirectory('mlp')).toBe(join('runs', 'mlp', '2'))
  })

  test('runs that start at the same time get different folders', async () => {
    const paths = await Promise.all(Array.from({ length: 20 }, () => createRunDirectory('mlp')))
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
    expect(await createRunDirectory('mlp', 'results/today')).toBe('results/today')
    expect(await readdir('results/today')).toEqual([])
  })

  test('an empty folder', async () => {
    await mkdir('empty')
    expect(await createRunDirectory('mlp', 'empty')).toBe('empty')
  })

  test('not a folder with files in it', async () => {
    await mkdir('full')
    for (const name of ['a', 'b', 'c', 'd']) await writeFile(join('full', name), '')
    await expect(createRunDirectory('mlp', 'full')).rejects.toEqual(
      refused('The folder full is not empty (a, b, c, ...); a run never overwrites anything.'),
    )
  })

  test('not one that another run has started in, or was killed in', async () => {
    await mkdir('begun')
    await writeFile('begun/begins.tmp', '')
    await expect(createRunDirectory('mlp', 'begun')).rejects.toEqual(
      refused(
        'Another run is starting in the folder begun. If none is, because it was killed, remove begun/begins.tmp.',
      ),
    )
    expect(await readdir('begun')).toEqual(['begins.tmp'])
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
