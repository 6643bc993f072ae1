/**
 * Remembers how long each file was before callbacks appended to it, so that a run can begin anew if it is killed before
 * its first checkpoint.
 */
import { readFile, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { jsonOf } from '../base/json.js'
import { makeFolder } from '../base/make-folder.js'
import type { AppendedFile } from './callback-files.js'

const pathIn = (folder: string): string => join(folder, 'files.json')

/** `folder` is that of the checkpoints. */
export async function rememberOpened(folder: string, file: AppendedFile): Promise<void> {
  const before = await openedFiles(folder)
  if (before.some(({ path }) => path === file.path)) return
  const path = pathIn(folder)
  await makeFolder(folder, dirname(folder))
  await writeFileAtomic(path, `${JSON.stringify([...before, file])}\n`)
}

/** A run that has ended needs no memory of its files. */
export async function forgetOpened(folder: string): Promise<void> {
  await rm(pathIn(folder), { force: true })
  // unless it has checkpoints
  await rmdir(folder).catch(() => {})
}

export async function openedFiles(folder: string): Promise<readonly AppendedFile[]> {
  const found = jsonOf(await readFile(pathIn(folder), 'utf8').catch(() => ''))
  return Array.isArray(found) ? found : []
}
