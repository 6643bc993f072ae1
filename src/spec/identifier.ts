/** Names that the user invents; they become folders and keys, so they are kept plain. */
import { z } from 'zod'

export const identifier = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?$/)
  .meta({
    patternErrorMessage:
      'must be 1 to 100 letters, digits, dots, hyphens and underscores, beginning with a letter or digit and not ending in a dot',
  })

/** The nearest identifier to any text. */
export const toIdentifier = (text: string, otherwise: string): string =>
  text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100)
    .replace(/[.-]+$/, '') || otherwise
