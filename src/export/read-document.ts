/** Reads JSON documents that trainspec wrote. */
import type { z } from 'zod'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { jsonOf } from '../base/json.js'
import { readWhole } from '../base/read-file.js'
import { ONCE } from '../spec/once.js'

/** Limit on the size of a document: a million epochs of a few measures. */
const MOST_BYTES = 256e6
/** Problems that a message lists. */
const MOST_PROBLEMS = 5

/** Returns the value of a JSON file. Throws a UserError that names the file if it cannot be read, or is not JSON. */
export async function readJson(path: string): Promise<unknown> {
  const bytes = await inWords(`read ${path}`, () => readWhole(path, { most: MOST_BYTES }))
  const value = jsonOf(new TextDecoder().decode(bytes))
  if (value === undefined) throw new UserError(`${path}: is not JSON`)
  return value
}

/** A kind of document, as `a history`, and its schema. */
export interface DocumentKind<Schema> {
  readonly path: string
  readonly kind: string
  readonly schema: Schema
}

/** Returns a value of the schema. Throws a UserError that lists the fields that do not fit. */
export function documentOf<Schema extends z.ZodType>(
  value: unknown,
  { path, kind, schema }: DocumentKind<Schema>,
): z.output<Schema> {
  const parsed = schema.safeParse(value, ONCE)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  const places = issues.slice(0, MOST_PROBLEMS).map(({ path: at }) => (at.length === 0 ? 'the whole' : at.join('.')))
  const more = issues.length > MOST_PROBLEMS ? `, and ${issues.length - MOST_PROBLEMS} more` : ''
  throw new UserError(
    `${path}: is not ${kind} that this version of trainspec wrote; these fields are wrong: ${places.join(', ')}${more}`,
  )
}
