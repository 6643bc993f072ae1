/** Reads HDF5 files: each dataset is a column; one in a group has the name `group/name`. */
import { UserError } from '../../base/issue.js'
import { type ArrayFile, arrayFile } from './array-file.js'
import { fileBytes } from './bytes.js'
import { ask, closeHdf5, PATIENCE_MS } from './hdf5-client.js'
import { hdf5Block } from './hdf5-dataset.js'
import type { Hdf5Entry } from './hdf5-messages.js'

/** The signature is at the beginning of a file, or at 512, 1024, 2048, ... bytes. */
const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')
const SECOND_PLACE = 512

/** Opens a file. Throws a UserError if it is no HDF5 file, or damaged, or the library needs more than the patience. */
export async function openHdf5(
  path: string,
  name: string,
  column: string | null,
  patienceMs = PATIENCE_MS,
): Promise<ArrayFile> {
  const bytes = await sizeOfHdf5(path, name)
  const close = () => closeHdf5(path)
  try {
    const listed = (await ask(path, { list: true }, name, patienceMs)) as readonly Hdf5Entry[]
    const entries = new Map(listed.map((entry) => [entry.path, entry]))
    const found = await arrayFile(name, [...entries.keys()], column, (array, as) =>
      hdf5Block({ path, bytes, name: `${name}: ${array}`, patienceMs }, entries.get(array)!, as),
    )
    return { ...found, close }
  } catch (error) {
    close()
    throw error
  }
}

/** Returns the size of a file. Throws a UserError if it has no signature. */
export async function sizeOfHdf5(path: string, name: string): Promise<number> {
  const bytes = await fileBytes(path, name)
  const reader = await bytes.start()
  try {
    const found = Buffer.alloc(SIGNATURE.length)
    for (let at = 0; at < bytes.size!; at = at === 0 ? SECOND_PLACE : 2 * at) {
      await reader.fillFrom!(at, found)
      if (found.equals(SIGNATURE)) return bytes.size!
    }
  } finally {
    await reader.close()
  }
  throw new UserError(`${name}: is not an HDF5 file`)
}
