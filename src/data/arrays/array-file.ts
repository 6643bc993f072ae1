/** Files that hold one array or several. */
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import type { Block } from './block.js'

export interface ArrayFile {
  readonly blocks: readonly Block[]
  /** Arrays that cannot be columns: the reason for each, as a sentence that names the file. */
  readonly unusable: Named<string>
  close(): void
}

/**
 * Opens a file. `name` is for messages. With `column`, the file must hold one array, which becomes this column. With
 * null, the file says which columns there are.
 */
export type OpenArrayFile = (path: string, name: string, column: string | null) => Promise<ArrayFile>

/** Opens the arrays of a file that holds several by name. Each becomes a column of its name. */
export async function arrayFile(
  name: string,
  arrays: readonly string[],
  column: string | null,
  open: (array: string, column: string) => Promise<Block> | Block,
): Promise<Pick<ArrayFile, 'blocks' | 'unusable'>> {
  if (arrays.length === 0) throw new UserError(`${name}: holds no arrays`)
  if (column !== null) {
    const [array] = arrays as [string]
    if (arrays.length === 1) return { blocks: [await open(array, column)], unusable: {} }
    const found = arrays.slice(0, MOST_SHOWN).join(', ')
    throw new UserError(
      `${name}: holds ${arrays.length} arrays (${found}${arrays.length > MOST_SHOWN ? ', ...' : ''}), must hold one; as the whole source, each is a column`,
    )
  }
  const blocks: Block[] = []
  const unusable: [string, string][] = []
  for (const array of arrays) {
    try {
      blocks.push(await open(array, array))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      unusable.push([array, error.message])
    }
  }
  return { blocks, unusable: Object.fromEntries(unusable) }
}

const MOST_SHOWN = 5
