/** All states of a few binary units. */

/** With one more, arrays over all states are twice as large: 2^16 states of 784 units are 200 MB. */
export const MOST_IN_STEP = 16

/** (2^units, units), row-major: bit i of a row's number is unit i. */
export const allStates = (units: number): Float32Array =>
  Float32Array.from({ length: 2 ** units * units }, (_, at) => (Math.floor(at / units) >> (at % units)) & 1)
