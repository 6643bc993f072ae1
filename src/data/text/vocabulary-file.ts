/** Vocabularies in files: UTF-8, with a token in each line, as `TextVectorization` reads and saves them. */

import { about, inWords } from '../../base/file-problem.js'
import { UserError } from '../../base/issue.js'
import { readWhole } from '../../base/read-file.js'
import { decodeUtf8 } from '../../base/utf8.js'
import { visible } from '../../base/visible.js'
import type { TextSpec } from '../../spec/text.js'
import { ownTextTokens, vocabularyProblems } from '../../spec/text-rules.js'

/** Bytes of a file. */
const MOST_BYTES = 2 ** 28

/**
 * Reads the tokens of a file, without those for padding and unseen ones. Throws a UserError that names the file for one
 * that cannot be read, an empty line, a repeated token, or more tokens than `max_tokens` allows.
 */
export async function vocabularyIn(path: string, spec: TextSpec): Promise<readonly string[]> {
  const bytes = await inWords('read a vocabulary', () => about(path, () => readWhole(path, { most: MOST_BYTES })))
  const decoded = decodeUtf8(bytes)
  if ('problem' in decoded) throw new UserError(`${path}: ${decoded.problem}`)
  const lines = decoded.text.split('\n').map((line) => line.replace(/\r$/, ''))
  if (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) throw new UserError(`${path}: has no lines, must have a token in each`)
  const tokens = ownTextTokens(lines, spec)
  const empty = tokens.indexOf('')
  if (empty >= 0) {
    throw new UserError(`${path}: line ${lines.length - tokens.length + empty + 1} is empty, must be a token`)
  }
  for (const problem of vocabularyProblems(lines, spec)) throw new UserError(`${path}: ${visible(problem)}`)
  return tokens
}
