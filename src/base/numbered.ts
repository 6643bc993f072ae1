/** Names of folders that are numbers, from 1, as those of runs and of checkpoints. */

/** Returns the numbers among names, lowest first. */
export const numbersIn = (names: readonly string[]): readonly number[] =>
  names
    .filter((name) => /^[1-9]\d{0,14}$/.test(name))
    .map(Number)
    .toSorted((a, b) => a - b)
