/** Requests that cannot be answered, and what is said about them (RFC 9457, "Problem Details for HTTP APIs"). */
import { STATUS_CODES } from 'node:http'
import type { RowProblem } from '../data/requests/rows.js'

export class HttpProblem extends Error {
  constructor(
    readonly status: number,
    /** One sentence. */
    readonly detail: string,
    readonly rows: readonly RowProblem[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail)
  }
}

/** Limit on the problems that an answer lists. */
const MOST = 100

/** The document that is sent. */
export function problemDocument({ status, detail, rows }: HttpProblem) {
  const listed = rows.slice(0, MOST)
  return {
    title: STATUS_CODES[status] ?? 'Problem',
    status,
    detail,
    ...(rows.length > 0 && { problems: listed, problem_count: rows.length }),
  }
}

/** Lines for the standard error of the server. */
export function problemLine(request: string, { status, detail, rows }: HttpProblem): string {
  const [first, ...others] = rows
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return `${request}: ${status} ${first ? `${placed(first)}${more}` : detail}`
}

function placed({ row, column, message, nearest }: RowProblem): string {
  const places = [...(row === null ? [] : [`row ${row}`]), ...(column === null ? [] : [`column "${column}"`])]
  const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`
  return `${places.length === 0 ? '' : `${places.join(', ')}: `}${message}${hint}`
}
