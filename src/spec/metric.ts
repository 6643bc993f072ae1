/** Shared by the metrics of all models: a function that defines a metric, and the schema of a list of them. */
import { z } from 'zod'
import { formed, nameIn, type RuleIssue, rules } from './family.js'
import { COLUMNS } from './history-names.js'
import { identifier } from './identifier.js'
import { ONCE } from './once.js'
import { stringAs, withShortForm } from './short-forms.js'
import { LONGEST_LIST } from './whole.js'
import { quoted } from './words.js'

/** The better direction of values; null if the user must say (keras/src/metrics, `_direction`). */
export type Better = 'max' | 'min' | null

/** Makes an entry of a table of metrics. */
export function metric<const Type extends string, Fields extends z.core.$ZodShape>(
  better: Better,
  type: Type,
  description: string,
  fields: Fields,
  aliases: readonly string[] = [],
) {
  // an alias is the default name of the metric, so it is replaced by the type only after that
  const names = z.enum([type, ...aliases] as [Type])
  const schema = z
    .strictObject({
      type: names.describe(description),
      name: identifier.optional().describe('History key. Default: the type, as written here.'),
      ...fields,
    })
    .describe(description)
  return { type, aliases, better, schema }
}

interface Entry {
  readonly type: string
  readonly aliases: readonly string[]
  readonly better: Better
  readonly schema: z.ZodObject
}

type Named<Given> = Given extends unknown ? Omit<Given, 'name'> & { readonly name: string } : never
export type ParsedMetric<Table extends readonly Entry[]> = Named<z.output<Table[number]['schema']>>

/** The schema of a list of metrics with unique names. A metric that needs only its type may be written as a string. */
export function metricList<const Table extends readonly [Entry, ...Entry[]]>(table: Table) {
  const named = table.flatMap((entry) => [entry.type, ...entry.aliases].map((name) => [name, entry] as const))
  const entries = new Map<string, Entry>(named)
  const object = z.discriminatedUnion(
    'type',
    table.map(({ schema }) => schema) as unknown as readonly [Entry['schema'], ...Entry['schema'][]],
  )
  const short = Object.fromEntries(
    named
      .filter(([name, { schema }]) => schema.safeParse({ type: name }, ONCE).success)
      .map(([name, { schema }]) => [name, schema.description ?? '']),
  )
  const one = formed(withShortForm(z.union([nameIn(short), object]), stringAs('type')), (given) => {
    const { name, ...rest } = (typeof given === 'string' ? object.parse({ type: given }) : given) as unknown as WithName
    return { ...rest, type: entries.get(rest.type)!.type, name: name ?? rest.type } as unknown as ParsedMetric<Table>
  })
  return z.array(one).max(LONGEST_LIST).superRefine(rules(unambiguous)).default([])
}

interface WithName {
  readonly type: string
  readonly name?: string
}

/** Names of other numbers in the history and in the paths of checkpoints. */
const OTHERS: readonly string[] = ['loss', ...COLUMNS]

function* unambiguous(metrics: readonly { readonly name: string }[]): Iterable<RuleIssue> {
  const seen = new Set<string>()
  for (const [index, { name }] of metrics.entries()) {
    if (OTHERS.includes(name) || /^(val|test)_/.test(name)) {
      const message = `found "${name}", must not be one of ${quoted(OTHERS)}, nor begin with "val_" or "test_"`
      yield { code: 'name', path: [index, 'name'], message }
    }
    if (seen.has(name)) yield { code: 'duplicate-name', path: [index], message: `found "${name}" again` }
    seen.add(name)
  }
}
