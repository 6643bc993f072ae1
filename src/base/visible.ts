/** Text that a terminal shows and does not obey. */

/** Control characters, format characters and odd spaces as `\u` and their number. Other letters of any script stay. */
export const visible = (line: string): string =>
  line.replace(/(?! )[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/gu, (character) =>
    Array.from({ length: character.length }, (_, unit) => {
      const code = character.charCodeAt(unit).toString(16)
      return `\\u${code.padStart(4, '0')}`
    }).join(''),
  )
