/** Cells of CSV (RFC 4180). */

/** Quotes the text of a CSV cell where it needs that. */
export const quotedCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Returns the texts of the cells of a line, whose first is not empty. */
export const cellsOfLine = (line: string): string[] =>
  Array.from(
    line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g),
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!,
  )
