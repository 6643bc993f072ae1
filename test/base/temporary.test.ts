/** Files that a killed process has left are found by their names. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { doneWith, removeLeft, temporaryBeside } from '../../src/base/temporary.js'
import { temporaryFolder } from '../support/command.js'

test('unfinished files and folders are removed, also in inner folders', async () => {
  const folder = temporaryFolder({ 'weights.bin': '', 'notes.tmp': '' })
  mkdirSync(join(folder, 'models/best'), { recursive: true })
  for (const name of ['weights.bin', 'models/best/model.json']) {
    const path = temporaryBeside(join(folder, name))
    doneWith(path)
    writeFileSync(path, 'a part')
  }
  const inner = temporaryBeside(join(folder, 'models/last'))
  doneWith(inner)
  mkdirSync(inner)
  writeFileSync(join(inner, 'model.json'), 'a part')
  await removeLeft(folder)
  expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual([
    'models',
    join('models', 'best'),
    'notes.tmp',
    'weights.bin',
  ])
})
