/** Opens a model that a program gives: a trained one, or the folder of a run. */
import type { Engine } from '../engine/engine.js'
import { openEngine } from '../engine/registry.js'
import { arithmeticOf } from '../run/arithmetic.js'
import { openModel, type TrainedModel } from '../run/open-model.js'
import { overridesOf, type SpecOptions } from './spec-input.js'

/** Throws a UserError if a folder is not that of a finished run. */
export const modelOf = async (
  given: TrainedModel | string,
  options: Pick<SpecOptions, 'overrides'> = {},
): Promise<TrainedModel> => (typeof given === 'string' ? openModel(given, overridesOf(options)) : given)

export type EngineOptions = Pick<SpecOptions, 'engine' | 'device'>

/** Opens the engine that a program names, or that of the spec. */
export async function engineFor({ spec, form }: TrainedModel, options: EngineOptions): Promise<Engine> {
  const { precision } = spec
  const { engine = spec.engine, device = spec.device } = options
  const request = { device, precision, logs: false }
  return (await openEngine(engine, request, () => arithmeticOf(spec, form))).engine
}
