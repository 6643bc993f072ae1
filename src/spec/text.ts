/**
 * How a text becomes numbers: the arguments of Keras' TextVectorization
 * (keras/src/layers/preprocessing/text_vectorization.py), splitting by words, and tokenizers of Hugging Face.
 */
import { z } from 'zod'
import { type DeepReadonly, nameIn } from './family.js'
import { vocabularyFields } from './token-rules.js'
import { LONGEST_LIST, whole } from './whole.js'

/** Limit on the tokens of a row. */
export const LONGEST_SEQUENCE = 65_536
/** Limit on the elements of a vector of a text. */
export const MOST_TEXT_COLUMNS = 100_000

const STANDARDIZATIONS = {
  lower_and_strip_punctuation: 'Both of the other ways.',
  lower: 'The letters A to Z become small; other letters stay, as in Keras.',
  strip_punctuation: 'The ASCII characters !"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\' are removed.',
} as const

const SPLITS = {
  whitespace: 'At spaces, tabs and line ends of ASCII.',
  character: 'Into single characters.',
  words:
    'Into words by the rules of Unicode, with dictionaries for languages without spaces, such as Japanese, Chinese and Thai.',
} as const

const MODES = {
  int: 'The numbers of the tokens, one after another, for an Embedding.',
  multi_hot: 'A vector with a 1 at the number of each token.',
  count: 'A vector that counts how often each token is in the text.',
  tf_idf: 'As count, times log(1 + texts / (1 + texts with the token)), counted in the training rows.',
} as const

/** Names that Keras accepts as well. */
const OTHER_MODES = { binary: 'multi_hot', 'tf-idf': 'tf_idf' } as const

const ngramWidth = whole(1, 100)

/** The fields, in the order of Keras. */
export const textFields = {
  max_tokens: whole(2)
    .nullable()
    .default(null)
    .describe(
      'Largest size of the vocabulary, with the place of unseen tokens, and that of padding. The most frequent tokens are kept. null: all.',
    ),
  standardize: nameIn(STANDARDIZATIONS)
    .nullable()
    .default('lower_and_strip_punctuation')
    .describe('What is done to a text first. null: nothing.'),
  split: nameIn(SPLITS)
    .nullable()
    .default('whitespace')
    .describe('How a text is split into tokens. null: a text is one token.'),
  locale: z
    .string()
    .min(1)
    .default('en')
    .describe('Language of the texts, such as "ja", whose rules "split": "words" follows.'),
  icu: z
    .string()
    .nullable()
    .default(null)
    .describe(
      'Version of ICU, the library of Node.js that knows the rules for words, with which they were split. A run saves it; with another version the program says so.',
    ),
  ngrams: z
    .union([z.null(), ngramWidth, z.array(ngramWidth).min(1).max(LONGEST_LIST)])
    .default(null)
    .describe(
      'Sequences of tokens that are tokens as well: 2 for single tokens and pairs, [2, 3] for pairs and triples. null: single tokens.',
    ),
  output_mode: z
    .enum([...Object.keys(MODES), ...Object.keys(OTHER_MODES)] as (keyof typeof MODES | keyof typeof OTHER_MODES)[])
    .meta({
      enumDescriptions: [
        ...Object.values(MODES),
        ...Object.values(OTHER_MODES).map((mode) => `Another name of ${mode}.`),
      ],
    })
    .transform((mode): keyof typeof MODES => OTHER_MODES[mode as 'binary'] ?? mode)
    .prefault('int')
    .describe('How the tokens of a text are given to the model.'),
  output_sequence_length: whole(1, LONGEST_SEQUENCE)
    .nullable()
    .default(null)
    .describe(
      'Number of tokens of each row, for output_mode int: longer texts are cut, shorter ones filled up with 0. null: as many as the longest training row has.',
    ),
  pad_to_max_tokens: vocabularyFields.pad_to_max_tokens,
  vocabulary: z
    .union([z.null(), z.string().min(1), z.array(z.string()).min(1)])
    .default(null)
    .describe(
      'The tokens in the order of their numbers, or the path of a UTF-8 file with a token in each line. null: learned.',
    ),
  idf_weights: vocabularyFields.idf_weights,
  tokenizer: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Path of a tokenizer.json of Hugging Face, which then makes numbers of texts in place of standardize, split, ngrams and the vocabulary. null: none.',
    ),
}

const fields = z.strictObject(textFields)

/** How texts become numbers. */
export type TextSpec = DeepReadonly<z.output<typeof fields>>

export const TEXT_DEFAULTS: TextSpec = fields.parse({})
