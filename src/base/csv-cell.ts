/** Quotes the text of a CSV cell where it needs that (RFC 4180). */
export const quotedCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
