/** Formats times for the tables of the benchmark. */

export const median = (numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

/** A Markdown table. */
export function table(header, rows) {
  const widths = header.map((cell, column) => Math.max(3, cell.length, ...rows.map((row) => row[column].length)))
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

export const titledTable = (title, header, rows) => `### ${title}\n\n${table(header, rows)}\n`

export const ms = (value) => `${value.toFixed(2)} ms`
export const seconds = (value) => `${value.toFixed(2)} s`
