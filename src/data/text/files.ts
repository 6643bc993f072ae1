/** Files that texts need: vocabularies and tokenizers. */
import { UserError } from '../../base/issue.js'
import type { IssueDraft } from '../../spec/document.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { toPointer } from '../../spec/pointer.js'
import { textsIn } from '../../spec/text-features.js'
import { readTokenizer } from './given-tokenizer.js'
import { vocabularyIn } from './vocabulary-file.js'

type Features = OwnDataSpec['features']

/** Paths of the files. */
export const textFiles = (features: Features): string[] =>
  textsIn(features).flatMap(({ text: { vocabulary, tokenizer } }) =>
    [vocabulary, tokenizer].filter((one) => typeof one === 'string'),
  )

/** Reads the files, and lists what is wrong with them. */
export async function textFileProblems(features: Features): Promise<IssueDraft[]> {
  const each = textsIn(features).map(async ({ text, path }): Promise<IssueDraft[]> => {
    const { vocabulary, tokenizer } = text
    return [
      ...(typeof vocabulary === 'string'
        ? await problemOf(['data', ...path, 'vocabulary'], () => vocabularyIn(vocabulary, text))
        : []),
      ...(tokenizer === null ? [] : await problemOf(['data', ...path, 'tokenizer'], () => readTokenizer(tokenizer))),
    ]
  })
  return (await Promise.all(each)).flat()
}

async function problemOf(path: readonly (string | number)[], read: () => Promise<unknown>): Promise<IssueDraft[]> {
  try {
    await read()
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return [{ code: 'file', pointer: toPointer(path), message: error.message }]
  }
}
