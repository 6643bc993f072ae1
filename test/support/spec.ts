/** Specs for tests, resolved as a user's file is, and the names that the format has. */
import { LOSSES } from '../../src/spec/losses.js'
import { OPTIMIZERS } from '../../src/spec/optimizers.js'
import { type LossSpec, type OptimizerSpec, type ResolvedSpec, specSchema } from '../../src/spec/spec.js'

/** Layers and whatever else matters to a test; the rest is default. */
export function resolveSpec({
  layers,
  ...rest
}: { layers: readonly unknown[] } & Record<string, unknown>): ResolvedSpec {
  const spec = { name: 'test', data: 'mnist', loss: 'mse', model: { type: 'Sequential', layers }, ...rest }
  return specSchema.parse(spec) as ResolvedSpec
}

/** An object with a `type`, or just the type. */
export const resolveOptimizer = (optimizer: unknown): OptimizerSpec =>
  resolveSpec({ layers: ['Flatten'], optimizer }).optimizer

export const resolveModel = (layers: readonly unknown[]) => resolveSpec({ layers }).model

interface Member {
  readonly shape: { readonly type: { readonly in: { readonly options: readonly string[] } } }
}
const typesOf = (members: readonly Member[]) => members.map((member) => member.shape.type.in.options[0]!)

export const optimizerTypes = typesOf(OPTIMIZERS) as OptimizerSpec['type'][]
export const lossTypes = typesOf(LOSSES) as LossSpec['type'][]
