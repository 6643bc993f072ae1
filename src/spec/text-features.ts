/** The places of a spec that say how texts become numbers: features of type text, and steps TextVectorization. */
import type { FeatureSpec } from './features.js'
import type { OwnDataSpec } from './own-data.js'
import type { TextSpec } from './text.js'

type Features = OwnDataSpec['features']

const isNamed = (features: Features): features is Readonly<Record<string, FeatureSpec>> =>
  features !== undefined && !Array.isArray(features)

export interface PlacedText {
  readonly text: TextSpec
  /** Path from the data. */
  readonly path: readonly (string | number)[]
}

export const textsIn = (features: Features): PlacedText[] =>
  isNamed(features)
    ? Object.entries(features).flatMap(([name, feature]): PlacedText[] => {
        const path = ['features', name]
        if (feature.type === 'text') return [{ text: feature, path }]
        const steps = 'steps' in feature ? feature.steps : []
        return steps.flatMap((step, index) =>
          step.type === 'TextVectorization' ? [{ text: step, path: [...path, 'steps', index] }] : [],
        )
      })
    : []

/** Changes all of them. */
export const withTexts = <Given extends Features>(
  features: Given,
  change: (text: TextSpec) => Partial<TextSpec>,
): Given =>
  isNamed(features)
    ? (Object.fromEntries(
        Object.entries(features).map(([name, feature]) => [name, changed(feature, change)]),
      ) as unknown as Given)
    : features

function changed(feature: FeatureSpec, change: (text: TextSpec) => Partial<TextSpec>): FeatureSpec {
  if (feature.type === 'text') return { ...feature, ...change(feature) }
  if (!('steps' in feature)) return feature
  const steps = feature.steps.map((step) => (step.type === 'TextVectorization' ? { ...step, ...change(step) } : step))
  return { ...feature, steps } as FeatureSpec
}
