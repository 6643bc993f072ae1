/** The version of ICU, whose rules for words change. */
import type { OwnDataSpec } from '../../spec/own-data.js'
import { textsIn, withTexts } from '../../spec/text-features.js'

type Features = OwnDataSpec['features']

/** The version of this Node.js. */
const OWN = process.versions.icu ?? 'none'

/** The version, if it matters for these features; null if none of them splits texts into words. */
export const icuOf = (features: Features): string | null =>
  textsIn(features).some(({ text: { split } }) => split === 'words') ? OWN : null

/** The features with this version where they split texts into words and name none. */
export const withIcu = <Given extends Features>(features: Given): Given =>
  withTexts(features, ({ split, icu }) => (split === 'words' ? { icu: icu ?? OWN } : {}))

/** Says that words were split with another version before, if they were. */
export function icuLines(features: Features): string[] {
  const other = textsIn(features).find(({ text: { split, icu } }) => split === 'words' && icu !== null && icu !== OWN)
  if (!other) return []
  return [
    `Words are split with ICU ${OWN}, but the spec names ICU ${other.text.icu}: some texts may have other words than before.`,
  ]
}
