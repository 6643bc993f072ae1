/** Adds values over the hosts that share a batch, with one collective operator of TensorFlow for all of them. */
import { type Shape, sizeOf } from '../../../base/shape.js'
import { type Emitter, FLOAT, reshape, type } from './lowerings/lowering.js'

/** A float32 value of this host, and the number by which it is multiplied before it is added to those of the others. */
export interface Addend {
  readonly name: string
  readonly shape: Shape
  readonly weight: number
}

/** The hosts, and a number that is the same on all of them for this addition, and used for no other. */
export interface Addition {
  readonly hosts: number
  readonly instance: number
}

/** One group for the whole process. */
const GROUP = 1

/**
 * Writes operators that add values over the hosts. Returns the names of the sums, in the same order. All values go into
 * one array, because each addition takes a time that does not depend on its size.
 */
export function addOverHosts(emit: Emitter, addends: readonly Addend[], addition: Addition): string[] {
  const flat = addends.map(({ name, shape, weight }) => {
    const weighted = weight === 1 ? name : emit.op('Mul', [name, emit.float(weight)], FLOAT)
    return reshape(emit, weighted, [sizeOf(shape)])
  })
  const [only, ...others] = addends
  // TensorFlow joins and splits two arrays or more
  if (only && others.length === 0)
    return [reshape(emit, collectiveSum(emit, flat[0]!, 'float32', addition), only.shape)]
  const packed = emit.op('ConcatV2', [...flat, emit.ints(0)], {
    ...FLOAT,
    N: { int: flat.length },
    Tidx: type('int32'),
  })
  const sum = collectiveSum(emit, packed, 'float32', addition)
  const lengths = addends.map(({ shape }) => sizeOf(shape))
  const split = emit.op('SplitV', [sum, emit.ints(lengths), emit.ints(0)], {
    ...FLOAT,
    Tlen: type('int32'),
    num_split: { int: lengths.length },
  })
  return addends.map(({ shape }, index) => reshape(emit, index === 0 ? split : `${split}:${index}`, shape))
}

/** The sum of an array over all hosts: a ring, as in tensorflow/core/common_runtime/ring_reducer.cc. */
export const collectiveSum = (
  emit: Emitter,
  x: string,
  dtype: 'float32' | 'int32',
  { hosts, instance }: Addition,
): string =>
  emit.op('CollectiveReduceV2', [x, emit.ints(hosts), emit.ints(GROUP), emit.ints(instance)], {
    T: type(dtype),
    merge_op: { text: 'Add' },
    final_op: { text: 'Id' },
    communication_hint: { text: 'ring' },
    // a limit would start two threads with each addition
    timeout_seconds: { float: 0 },
    Nordering_token: { int: 0 },
    is_stateless: { bool: false },
    max_subdivs_per_device: { int: -1 },
  })
