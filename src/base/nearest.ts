/** "Did you mean": finds the allowed name nearest to a word. */
import { distance } from 'fastest-levenshtein'

/** Longer words are no typing errors, and would take long to compare. */
const LONGEST = 60

const letters = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '')

/**
 * Returns the candidate with the fewest edits, at most a third of the word's letters; undefined if none is near.
 * Case, hyphens and underscores do not count: `batchSize` is `batch_size`. Two letters in the wrong order are one edit.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined
  const written = letters(word)
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(written.length / 3)) + 1
  for (const candidate of candidates) {
    if (candidate === word) continue
    const edits = editsBetween(written, letters(candidate))
    if (edits < fewest && edits < written.length) {
      best = candidate
      fewest = edits
    }
  }
  return best
}

function editsBetween(written: string, meant: string): number {
  const at = Array.from(written).findIndex((letter, index) => letter !== meant[index])
  const swapped = written.slice(0, at) + written.charAt(at + 1) + written.charAt(at) + written.slice(at + 2)
  return at >= 0 && swapped === meant ? 1 : distance(written, meant)
}
