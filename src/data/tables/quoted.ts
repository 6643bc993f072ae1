/** Text of a file in messages: short, and safe to print. */
import { reasonOf } from '../../base/reason.js'
import { visible } from '../../base/visible.js'

/** Limit on the characters of a value in a message. */
export const LONGEST_VALUE = 40
const LONGEST_REASON = 160

const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 3)}...` : text)

/** A value or a name between quotes. */
export const quoted = (text: string): string => visible(JSON.stringify(shortened(text, LONGEST_VALUE)))

/** The first line of the message of a library, which may repeat text of the file. */
export const shownReason = (error: unknown): string => visible(shortened(reasonOf(error), LONGEST_REASON))
