/** Encodings of files of text. */
export const ENCODINGS = { 'utf-8': 'UTF-8.', 'latin-1': 'ISO 8859-1.', 'utf-16': 'UTF-16.' } as const

export type Encoding = keyof typeof ENCODINGS
