/**
 * `HashedCrossing` (keras/src/layers/preprocessing/hashed_crossing.py) of numbers of categories: their hashes, joined
 * one after another, choose a place (tensorflow/core/kernels/sparse_cross_op.cc, `HashCrosser`).
 */
import type { Numbers } from '../../base/field.js'
import type { CrossSpec } from '../../spec/features.js'
import type { Crossing } from '../join.js'
import { type Encoding, encoded, encodedField } from './encode.js'
import { joinedHash } from './hash-64.js'
import { remembered } from './hashing.js'

/** The hash that all others are joined to. */
const FIRST_HASH = 0xdecafcaffen

/** Crosses columns of one number in each row. */
export function hashedCrossing({ crossing_dim, output_mode }: Omit<CrossSpec, 'feature_names'>): Crossing {
  const encoding: Encoding = { mode: output_mode, depth: crossing_dim }
  const given = { shape: [1], dtype: 'int32', divisor: 1, values: 'class' } as const
  const placeOf = remembered((numbers) => {
    const hash = numbers.split(',').reduce((joined, number) => joinedHash(joined, BigInt(number)), FIRST_HASH)
    return Number(hash % BigInt(crossing_dim))
  })
  return {
    field: encodedField(given, encoding),
    apply(columns: readonly Numbers[]) {
      const places = Int32Array.from(columns[0]!, (_, row) => placeOf(columns.map((column) => column[row]).join()))
      return encoded(places, given, encoding)
    },
  }
}
