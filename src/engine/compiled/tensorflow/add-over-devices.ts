/** Adds values over the devices of one host that share a batch. */
import type { Addend } from './add-over-hosts.js'
import { type Emitter, FLOAT } from './lowerings/lowering.js'

/** A value of a device, and the emitter that writes for it. */
export interface DeviceAddend extends Addend {
  readonly emit: Emitter
}

/**
 * Writes operators that add the values of each device to those of the others. `parts` has the values of each device, in
 * the same order; `emit` writes for the device that adds. Returns the names of the sums. Each is added by itself, so that
 * the first gradients move while later ones are computed.
 */
export function addOverDevices(emit: Emitter, parts: readonly (readonly DeviceAddend[])[]): string[] {
  const [first = []] = parts
  return first.map((_, index) => {
    const weighted = parts.map((addends) => {
      const { name, weight, emit: own } = addends[index]!
      return weight === 1 ? name : own.op('Mul', [name, own.float(weight)], FLOAT)
    })
    return emit.op('AddN', weighted, { ...FLOAT, N: { int: weighted.length } })
  })
}
