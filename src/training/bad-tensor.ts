/** Finds the tensor with which training diverged. */
import type { Batch, Runner } from '../engine/engine.js'
import type { BadTensor } from './events.js'

/**
 * Returns the first tensor with NaN or infinity, in the order of the computation: weights, then the output of each
 * layer, then the loss, then the other measures. `measured` is the output in which it was noticed. The caller finds
 * that before anything else runs, because the results of a run are valid only until the next one.
 */
export async function firstBadTensor(
  runner: Runner<'inspect'>,
  batch: Batch,
  iterations: number,
  measured: BadNumber,
): Promise<BadTensor> {
  const weight = await firstBadWeight(runner)
  if (weight !== null) return weight
  const found = firstBad(await runner.run('inspect', batch, { iterations })) ?? measured
  if (found.name === 'loss' || found === measured) return { tensor: found.name, kind: 'measure', value: found.value }
  return { tensor: `the output of ${found.name}`, kind: 'layer', value: found.value }
}

/** Returns the first weight with NaN or infinity: of the whole state, or of the weights with these names. */
export async function firstBadWeight(runner: Runner<never>, names?: readonly string[]): Promise<BadTensor | null> {
  const bad = firstBad(await runner.read(), names)
  return bad && { tensor: bad.name, kind: 'weight', value: bad.value }
}

interface BadNumber {
  readonly name: string
  readonly value: number
}

/** Finds the first NaN or infinity in all arrays, or in those with these names. */
export function firstBad(
  arrays: Readonly<Record<string, Float32Array>>,
  names: readonly string[] = Object.keys(arrays),
): BadNumber | null {
  for (const name of names) {
    const value = arrays[name]!.find((element) => !Number.isFinite(element))
    if (value !== undefined) return { name, value }
  }
  return null
}
