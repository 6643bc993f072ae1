/** Student's t distribution (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4). */

/**
 * Returns the value that a number drawn from the distribution is below with this probability, at least 0.5 and below 1.
 * `freedom`: degrees of freedom, a whole number from 1.
 */
export function studentQuantile(probability: number, freedom: number): number {
  const isBelow = (t: number) => (1 + withinBoth(t, freedom)) / 2 < probability
  let [low, high] = [0, 1]
  while (isBelow(high)) high *= 2
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2
    if (isBelow(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Enough halvings for all digits of a number. */
const BISECTIONS = 64

/** Returns the probability of values from -t to t: for whole degrees of freedom, a sum of powers of a cosine. */
function withinBoth(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom))
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  const isOdd = freedom % 2 === 1
  let sum = 0
  let term = isOdd ? cosine : 1
  for (let power = isOdd ? 1 : 0; power <= freedom - 2; power += 2) {
    sum += term
    term *= ((power + 1) / (power + 2)) * cosine ** 2
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum
}
