/** All states of a few binary units. */

/** Most units enumerated in a step. 2^16 states of 784 units are 200 MB; each further unit doubles that. */
export const MOST_IN_STEP = 16

/** All states: (2^units, units), row-major; bit i of a row's index is unit i. */
export const allStates = (units: number): Float32Array =>
  Float32Array.from({ length: 2 ** units * units }, (_, at) => (Math.floor(at / units) >> (at % units)) & 1)
