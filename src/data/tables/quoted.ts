/** Text of a file in messages: short, and safe to print. */
import { reasonOf } from '../../base/reason.js'
import { visible } from '../../base/visible.js'

/** Limits on characters. */
const LONGEST_VALUE = 40
const LONGEST_REASON = 160

const escaped = (text: string): string => visible(JSON.stringify(text)).slice(1, -1)

/** True for text that a message shows whole. */
export const isShort = (text: string): boolean => text.length <= LONGEST_VALUE && escaped(text).length <= LONGEST_VALUE

/** A value or a name between quotes; of a long one, the beginning. */
export function quoted(text: string): string {
  if (isShort(text)) return `"${escaped(text)}"`
  // not within an escape such as \u0000
  const beginning = escaped(text.slice(0, LONGEST_VALUE)).slice(0, LONGEST_VALUE - 3)
  return `"${beginning.replace(/\\(?:u[\da-f]{0,3})?$/, '')}..."`
}

/** The first line of the message of a library, which may repeat text of the file. */
export function shownReason(error: unknown): string {
  const reason = visible(reasonOf(error).slice(0, LONGEST_REASON))
  return reason.length > LONGEST_REASON - 3 ? `${reason.slice(0, LONGEST_REASON - 3)}...` : reason
}
