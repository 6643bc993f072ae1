/** Writes an exported model: a file, or files into a new folder. */
import { join } from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.js'
import type { Named } from '../../base/field.js'
import { inWords } from '../../base/file-problem.js'
import { makeFolder } from '../../base/make-folder.js'
import type { StoredModel } from '../open-model.js'
import type { ExportOptions, Format } from './format.js'

/** Returns the paths of the files. They are made before the first is written. */
export async function writeExport(
  format: Format,
  path: string,
  trained: StoredModel,
  options: ExportOptions,
): Promise<string[]> {
  if (format.writes === 'folder') return writeFiles(path, await format.make(trained, options))
  const bytes = await format.make(trained, options)
  await inWords('write the exported model', () => writeFileAtomic(path, bytes))
  return [path]
}

/** Writes files into a folder, which is created if it is missing. Returns their paths. */
const writeFiles = (folder: string, files: Named<Uint8Array>): Promise<string[]> =>
  inWords('write the exported model', async () => {
    await makeFolder(folder)
    const paths = []
    for (const [name, bytes] of Object.entries(files)) {
      const path = join(folder, name)
      await writeFileAtomic(path, bytes)
      paths.push(path)
    }
    return paths
  })
