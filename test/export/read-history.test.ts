/** Reading `history.json`: the history that was written, or a sentence that names the file. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { historyText } from '../../src/export/history.js'
import { readHistory } from '../../src/export/read-history.js'
import { temporaryFolder } from '../support/command.js'
import { historyOf } from './sample-run.js'

const history = historyOf()

const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test('the folder of a run', async () => {
  const folder = folderWith({ 'history.json': historyText(history), 'spec.json': '{}' })
  const path = join(folder, 'history.json')
  expect(await readHistory(`${folder}/`)).toEqual({ history, path, label: folder, directory: folder })
})

test('a file that lies alone', async () => {
  const path = join(folderWith({ 'history.json': historyText(history) }), 'history.json')
  expect(await readHistory(path)).toEqual({ history, path, label: path, directory: null })
})

describe('is refused', () => {
  test('a path where nothing is', async () => {
    await expect(readHistory('/nowhere/run')).rejects.toThrow('/nowhere/run: no such folder or file')
  })
  test('a run that has not ended', async () => {
    const folder = folderWith({ 'spec.json': '{}' })
    await expect(readHistory(folder)).rejects.toThrow(
      `${folder}: has no history.json; its training has not ended, or it was cut off`,
    )
  })
  test('a folder of another kind', async () => {
    const folder = folderWith({})
    await expect(readHistory(folder)).rejects.toThrow(`${folder} is not the folder of a run: it has no history.json`)
  })
  test('the folder of all folds', async () => {
    const folder = folderWith({ 'spec.json': '{}' })
    mkdirSync(join(folder, 'folds'))
    await expect(readHistory(folder)).rejects.toThrow('has a run for each fold; name one of them, such as')
  })
  test.each([
    ['a text that is not JSON', '{', 'is not JSON'],
    ['a list', '[]', 'these fields are wrong: the whole'],
    ['a history with a wrong field', historyText({ ...history, seed: 'one' } as never), 'these fields are wrong: seed'],
    ['a column that is too short', historyText({ ...history, seconds: [] }), 'but seconds has 0 values'],
  ])('%s', async (_, text, message) => {
    const folder = folderWith({ 'history.json': text })
    await expect(readHistory(folder)).rejects.toThrow(message)
  })
})
