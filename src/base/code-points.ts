/** The order of texts by code point, which is that of their bytes in UTF-8. */

/** Compares for `sort`. JavaScript's own order is by code unit, which puts U+E000 to U+FFFF after all of beyond. */
export function byCodePoint(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let at = 0; at < shorter; at++) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (one !== other) return rank(one) - rank(other)
  }
  return a.length - b.length
}

/** Puts the halves of characters beyond U+FFFF after all other units. */
const rank = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit)
