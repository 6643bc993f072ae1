/** Reads archives of NumPy arrays (.npz): a ZIP file with a member `x.npy` for each array `x`, deflated or not. */
import { UserError } from '../../base/issue.js'
import { memberBytes, membersOf } from './archive.js'
import { type ArrayFile, arrayFile } from './array-file.js'
import { fileBytes } from './bytes.js'
import { npyBlock } from './npy.js'

const MEMBER = /\.npy$/
const KIND = '.npz'

/** Opens an archive. Throws a UserError if it is damaged, encrypted, or made to do harm. */
export async function openNpz(path: string, name: string, column: string | null): Promise<ArrayFile> {
  await fileBytes(path, name) // must be a file
  const members = (await membersOf(path, name, KIND)).filter(({ fileName }) => !fileName.endsWith('/'))
  const arrays = new Map(members.map((entry) => [entry.fileName.replace(MEMBER, ''), entry]))
  const file = await arrayFile(name, [...arrays.keys()], column, (array, as) => {
    const entry = arrays.get(array)!
    if (!MEMBER.test(entry.fileName)) throw new UserError(`${name}: member ${JSON.stringify(array)} is not a .npy file`)
    return npyBlock(memberBytes(path, `${name}: ${array}`, entry, KIND), as)
  })
  return { ...file, close: () => {} }
}
