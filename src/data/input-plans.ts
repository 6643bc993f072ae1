/** The plans by which columns become the inputs of a trained model. */
import type { DataSpec } from '../spec/spec.js'
import { featuresOf, withoutTargets } from './own/new-rows.js'
import { plansOf } from './own/plans.js'
import type { Plans } from './preparation.js'
import type { SavedPreparation } from './saved-preparation.js'
import { setPlans } from './set-plans.js'

export const inputPlans = (data: DataSpec, seed: number, preparation: SavedPreparation): Plans =>
  'source' in data ? plansOf(withoutTargets(data), featuresOf(data, preparation), seed) : setPlans(data, seed)
