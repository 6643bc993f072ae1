/** Reads HDF5 files: each dataset is a column; one in a group has the name `group/name`. */
import { UserError } from '../../base/issue.js'
import { type ArrayFile, arrayFile } from './array-file.js'
import { fileBytes } from './bytes.js'
import { hdf5Block } from './hdf5-dataset.js'
import { DAMAGED, hdf5Library, inWords } from './hdf5-library.js'

/** The signature is at the beginning of a file, or at 512, 1024, 2048, ... bytes. */
const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')
const SECOND_PLACE = 512

/** Opens a file. Throws a UserError if it is no HDF5 file, or damaged. */
export async function openHdf5(path: string, name: string, column: string | null): Promise<ArrayFile> {
  const bytes = await sizeOfHdf5(path, name)
  const library = await hdf5Library()
  const file = inWords(name, () => library.open(path))
  if (file === undefined) throw new UserError(`${name}: ${DAMAGED}`)
  let isOpen = true
  const close = () => {
    if (!isOpen) return
    isOpen = false
    try {
      file.close()
    } catch {
      // nothing was written, so nothing is lost
    }
  }
  try {
    const entries = inWords(name, () => new Map(file.paths().map((path) => [path, file.get(path)])))
    const arrays = [...entries.keys()].filter((path) => !(entries.get(path) instanceof library.Group))
    const found = await arrayFile(name, arrays, column, (array, as) =>
      hdf5Block(library, entries.get(array), `${name}: ${array}`, as, bytes),
    )
    return { ...found, close }
  } catch (error) {
    close()
    throw error
  }
}

/** Returns the size of a file. Throws a UserError if it has no signature. */
async function sizeOfHdf5(path: string, name: string): Promise<number> {
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
