/** The command itself, for work that it does in further processes. */
import { fileURLToPath } from 'node:url'

/** Path of `bin/train.js`. */
export const OWN_COMMAND = fileURLToPath(new URL('../../bin/train.js', import.meta.url))
