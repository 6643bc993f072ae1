/** Inputs of a model that are made of texts, and the tokens that their numbers stand for. */
import type { Named } from '../../base/field.js'
import { inputKey } from '../../base/form.js'
import type { FeatureSpec } from '../../spec/features.js'
import { specialTokens } from '../../spec/text-rules.js'
import type { Learnt } from '../preparation.js'
import type { LearntTexts } from '../steps/text-vectorization.js'
import { readTokenizer } from './given-tokenizer.js'

export interface TextInput {
  readonly name: string
  /** The number that fills a row up. */
  readonly padding: number
  /** Returns the token of each number. */
  tokens(): Promise<(number: number) => string>
}

export const textInputs = (features: Named<FeatureSpec>, learnt: Learnt): TextInput[] =>
  Object.entries(features).flatMap(([name, feature]) => {
    if (feature.type !== 'text') return []
    // of its only chain the last step; those before it fill gaps
    const { tokens, padding } = learnt[inputKey(name)]![0]!.at(-1) as LearntTexts
    return [
      {
        name,
        padding,
        async tokens() {
          if (tokens === null) return (await readTokenizer(feature.tokenizer!)).tokenOf
          const all = [...specialTokens(feature), ...tokens]
          return (number: number) => all[number] ?? ''
        },
      },
    ]
  })
