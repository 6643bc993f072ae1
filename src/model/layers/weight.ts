/**
 * Requests for weights from the fields of a layer's spec: `kernel_initializer`, `kernel_regularizer`,
 * `kernel_constraint`.
 */
import type { Shape } from '../../base/shape.js'
import type { ConstraintSpec } from '../../spec/constraints.js'
import type { InitializerSpec } from '../../spec/initializers.js'
import type { RegularizerSpec } from '../../spec/regularizers.js'
import { projectionOf } from '../constraints.js'
import { initializerOf } from '../initializers.js'
import { penaltyOf } from '../regularizers.js'
import type { WeightRequest } from './layer.js'

type FieldsOf<Name extends string> = { readonly [Key in `${Name}_initializer`]: InitializerSpec } & {
  readonly [Key in `${Name}_regularizer`]?: RegularizerSpec | null
} & { readonly [Key in `${Name}_constraint`]?: ConstraintSpec | null }

/** Request for a weight whose fields in the spec begin with its name, as in Keras. */
export function weightOf<Name extends string>(spec: FieldsOf<Name>, name: Name, shape: Shape): WeightRequest {
  const field = <Value>(kind: string) => (spec as Readonly<Record<string, unknown>>)[`${name}_${kind}`] as Value
  return {
    name,
    shape,
    initializer: initializerOf(field<InitializerSpec>('initializer')),
    penalty: penaltyOf(field<RegularizerSpec | null | undefined>('regularizer') ?? null),
    constraint: projectionOf(field<ConstraintSpec | null | undefined>('constraint') ?? null),
  }
}
