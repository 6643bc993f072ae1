/** Reads damaged files of arrays: the result is rows, or errors in words that name the file. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { openArrays } from '../../src/data/arrays/open-arrays.js'
import { ARRAYS } from './arrays.js'
import { temporaryFolder } from './command.js'
import { forDamaged } from './damaged.js'
import { allRows } from './raw-table.js'

/** Files of every format, by their endings. */
export const FILES: Readonly<Record<string, readonly string[]>> = {
  '.npy': ['matrix.npy', 'cube-by-columns.npy', 'records.npy'],
  '.npz': ['types.npz', 'types-deflated.npz', 'text.npz', 'cube-by-columns.npz'],
  '.h5': ['types.h5', 'pictures.h5', 'refused.h5'],
  '.idx': ['values-i4-idx1-i4'],
  '.idx.gz': ['pictures-idx3-ubyte.gz'],
}

/** Reads damaged copies of the files of one format, and counts those that were refused. */
export async function readDamaged(ending: string, runs: number): Promise<{ read: number; refused: number }> {
  const folder = temporaryFolder()
  const name = `damaged${ending}`
  const counts = { read: 0, refused: 0 }
  const files = FILES[ending]!
  for (const file of files) {
    await forDamaged(
      readFileSync(join(ARRAYS, file)),
      async (bytes) => {
        writeFileSync(join(folder, name), bytes)
        const problems = await problemsOf(name, folder)
        if (problems.length === 0) counts.read++
        else counts.refused++
        for (const problem of problems) expectSentence(problem, name)
      },
      Math.ceil(runs / files.length),
    )
  }
  return counts
}

/** Reads each column by itself, so that one that is refused hides no other. */
async function problemsOf(name: string, folder: string): Promise<string[]> {
  const problems: string[] = []
  const table = await openArrays([name], folder).catch((error) => {
    problems.push(messageOf(error))
    return undefined
  })
  if (table === undefined) return problems
  for (const [column, kind] of Object.entries(table.columns)) {
    try {
      if (kind === null || typeof kind === 'string') await table.facts([column])
      await allRows({ ...table, columns: { [column]: kind } })
    } catch (error) {
      problems.push(messageOf(error))
    }
  }
  table.close()
  return problems
}

function messageOf(error: unknown): string {
  if (!(error instanceof UserError)) throw error
  return [error.message, ...error.issues.map(({ message }) => message)].join(' ')
}

function expectSentence(message: string, name: string): void {
  expect(message.includes(name), message).toBe(true)
  expect(message).not.toMatch(/undefined|\[object|\n|internal/)
}
