/** Quotes a word for a shell, if it has to be quoted. */
export const quotedWord = (word: string): string =>
  /^[\w./=:@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
