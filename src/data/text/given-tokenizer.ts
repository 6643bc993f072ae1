/** Tokenizers of Hugging Face in files `tokenizer.json`. */
import { about, inWords } from '../../base/file-problem.js'
import { UserError } from '../../base/issue.js'
import { readWhole } from '../../base/read-file.js'
import { reasonOf } from '../../base/reason.js'
import { decodeUtf8 } from '../../base/utf8.js'
import type { NumbersOf } from './numbers.js'

export interface Tokenizer {
  readonly numbersOf: NumbersOf
  /** Number of different numbers. */
  readonly depth: number
  /** The number that fills a row up. */
  readonly padding: number
  /** The token of a number. */
  tokenOf(number: number): string
}

/** Bytes of a file. */
const MOST_BYTES = 2 ** 28

/** Characters of a text; the library needs some hundred bytes for each. */
const MOST_CHARACTERS = 1_000_000

/** Texts that name the token for padding, where the file does not. */
const PADDINGS = ['[PAD]', '<pad>']

/** Throws a UserError that names the file, if it cannot be read or is no tokenizer. */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  const bytes = await inWords('read a tokenizer', () => about(path, () => readWhole(path, { most: MOST_BYTES })))
  const decoded = decodeUtf8(bytes)
  if ('problem' in decoded) throw new UserError(`${path}: ${decoded.problem}`)
  const { Tokenizer: Built } = await import('@huggingface/tokenizers')
  const refuse = (why: string): never => {
    throw new UserError(`${path}: is no tokenizer of Hugging Face: ${why}`)
  }
  const json = parsed(decoded.text, refuse)
  let built: InstanceType<typeof Built>
  try {
    built = new Built(json, {})
    built.encode('a b')
  } catch (error) {
    return refuse(reasonOf(error))
  }
  let largest = -1
  for (const number of built.get_vocab().values()) largest = Math.max(largest, number)
  if (largest < 0) return refuse('its vocabulary is empty')
  const named = json.padding?.pad_id ?? PADDINGS.map((token) => built.token_to_id(token)).find((id) => id !== undefined)
  // a number of its own, if the vocabulary has none for padding
  const isKnown = typeof named === 'number' && Number.isInteger(named) && named >= 0 && named <= largest
  const padding = isKnown ? named : largest + 1
  const idsOf = (text: string): readonly number[] => {
    try {
      return built.encode(text).ids
    } catch (error) {
      throw new UserError(`${path}: fails for a text of ${text.length} characters: ${reasonOf(error)}`)
    }
  }
  return {
    numbersOf(text, most) {
      if (text.length > MOST_CHARACTERS) {
        const [found, limit] = [text.length, MOST_CHARACTERS].map((count) => count.toLocaleString('en'))
        throw new UserError(`${path}: found a text of ${found} characters, must be at most ${limit}`)
      }
      const ids = idsOf(text)
      // also of a number that is missing
      if (!ids.every((id) => id >= 0 && id <= largest)) throw new UserError(`${path}: gives a token without a number`)
      return Int32Array.from(ids.length > most ? ids.slice(0, most) : ids)
    },
    depth: Math.max(largest, padding) + 1,
    padding,
    tokenOf: (number) => built.id_to_token(number) ?? '',
  }
}

interface TokenizerJson {
  readonly padding?: { readonly pad_id?: unknown } | null
}

function parsed(text: string, refuse: (why: string) => never): TokenizerJson {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return refuse('it is no JSON')
  }
  if (typeof json !== 'object' || json === null || !('model' in json)) return refuse('it has no "model"')
  return json as TokenizerJson
}
