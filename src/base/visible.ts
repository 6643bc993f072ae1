/** Makes text safe to print: the terminal shows control characters instead of obeying them. */

/** Replaces control characters, format characters and unusual spaces by `\u` and their code. Other letters stay. */
export const visible = (line: string): string =>
  line.replace(/(?! )[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/gu, (character) =>
    Array.from({ length: character.length }, (_, unit) => {
      const code = character.charCodeAt(unit).toString(16)
      return `\\u${code.padStart(4, '0')}`
    }).join(''),
  )
