/** Names that the user chooses. They become names of folders and keys, so only plain characters are allowed. */
import { z } from 'zod'

export const identifier = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?$/)
  .meta({
    patternErrorMessage:
      'must be 1 to 100 letters, digits, dots, hyphens and underscores, beginning with a letter or digit and not ending in a dot',
  })

/** Turns any text into an identifier, or into `otherwise` if no character of it is allowed. */
export const toIdentifier = (text: string, otherwise: string): string =>
  text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100)
    .replace(/[.-]+$/, '') || otherwise
