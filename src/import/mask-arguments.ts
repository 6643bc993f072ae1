/**
 * Finds calls to which Keras 3 passes a mask as an argument. It computes the mask by operations beside the layers, and
 * saves these too (keras/src/layers/layer.py, `compute_mask`). In a spec masks flow by themselves.
 */
import { type FlatCall, type FlatModel, isOperation, Tensor } from './flatten.js'
import type { Misfit } from './found-model.js'
import type { Fields } from './outside.js'

export interface WithoutMasks {
  /** Without the operations that only make masks, and without the arguments. */
  readonly calls: readonly FlatCall[]
  /** Names of the calls that get a mask. */
  readonly masked: readonly string[]
  readonly misfits: readonly Misfit[]
}

export function withoutMasks({ calls, outputs }: FlatModel): WithoutMasks {
  const byName = new Map(calls.map((call) => [call.name, call]))
  const needed = new Set(outputs)
  // a call comes after those whose outputs it takes
  for (const { name, inputs, others } of calls.toReversed()) {
    if (!needed.has(name)) continue
    const tensors = Object.entries(others).flatMap(([key, value]) =>
      value instanceof Tensor && key !== 'mask' ? [value.of] : [],
    )
    for (const input of [...inputs, ...tensors]) needed.add(input)
  }
  const kept = calls.filter(({ name, layer }) => needed.has(name) || !isOperation(layer))
  const starts = new Map(kept.flatMap(startOf))
  const masked: string[] = []
  const misfits: Misfit[] = []
  const known = new Map<string, boolean>()
  /** True if a tensor is a mask that begins at an Embedding or a Masking. */
  const isOwn = (name: string): boolean => {
    const found = known.get(name)
    if (found !== undefined) return found
    known.set(name, false)
    const call = byName.get(name)
    const own = call !== undefined && isOperation(call.layer) && !needed.has(name) && fromStart(call)
    known.set(name, own)
    return own
  }
  const fromStart = ({ layer, inputs, others }: FlatCall): boolean =>
    layer.className === 'NotEqual'
      ? starts.get(inputs[0] ?? '')?.has(others['argument 1']) === true
      : inputs.length > 0 && inputs.every(isOwn)
  const rest = kept.map((call) => {
    const { mask, ...others } = call.others as Fields & { readonly mask?: unknown }
    if (!(mask instanceof Tensor)) return call
    if (isOwn(mask.of)) masked.push(call.name)
    else
      misfits.push({
        subject: `${call.layer.className} "${call.layer.name}"`,
        message: 'is called with a mask of its own, which a spec cannot say',
      })
    return { ...call, others }
  })
  return { calls: rest, masked, misfits }
}

/** The input of a layer that makes a mask, and the values that it masks. */
function startOf({ layer: { className, config }, inputs }: FlatCall): [string, Set<unknown>][] {
  if (className === 'Embedding' && config.mask_zero === true) return [[inputs[0]!, new Set<unknown>([0])]]
  return className === 'Masking' ? [[inputs[0]!, new Set<unknown>([config.mask_value ?? 0])]] : []
}
