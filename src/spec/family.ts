/** The two shapes that the format is made of: tables of names, and families of objects told apart by `type`. */
import { z } from 'zod'
import { stringAs, withShortForm } from './short-forms.js'

/** One of a table's names; an editor shows each name's description as it completes it. */
export function nameIn<const Name extends string>(table: Readonly<Record<Name, string>>) {
  return z.enum(Object.keys(table) as [Name, ...Name[]]).meta({ enumDescriptions: Object.values(table) })
}

/**
 * A member of a family: `{ "type": "Dropout", "rate": 0.2 }`. An alias stands for the type wherever it is written;
 * the resolved spec has the type.
 */
export function member<const Type extends string, Fields extends z.core.$ZodShape>(
  type: Type,
  description: string,
  fields: Fields,
  aliases: readonly string[] = [],
) {
  const names = z.enum([type, ...aliases] as [Type, ...string[]])
  return z
    .strictObject({ type: names.transform((): Type => type).describe(description), ...fields })
    .describe(description)
}

type Member = ReturnType<typeof member>

/** All members; one that needs nothing but its type may be written as a bare string. */
export function family<const Members extends readonly [Member, ...Member[]]>(members: Members) {
  const object = z.discriminatedUnion('type', members)
  const short: Record<string, string> = {}
  for (const one of members) {
    // a field that refers to what is yet to be defined holds members of this family, and must be given
    if (Object.values(one.shape).some((field) => field instanceof z.ZodLazy)) continue
    for (const name of one.shape.type.in.options) {
      if (one.safeParse({ type: name }).success) short[name] = one.description ?? ''
    }
  }
  return withShortForm(z.union([nameIn(short), object]), stringAs('type')).transform((value) =>
    typeof value === 'string' ? object.parse({ type: value }) : value,
  )
}

/**
 * As `transform`, which leaves a value as it is where a number in it is out of bounds: rules that come later then see the
 * form that they are written for.
 */
export const formed = <Given, Made, Input>(schema: z.ZodType<Given, Input>, form: (given: Given) => Made) =>
  schema.overwrite(form as never) as unknown as z.ZodType<Made, Input>

/** A rule across fields is broken; `path` leads from where the rule is checked to the value at fault. */
export interface RuleIssue {
  readonly code: string
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly nearest?: string | undefined
  readonly details?: readonly string[] | undefined
}

/** Turns a function that lists broken rules into a zod check. */
export const rules =
  <Value>(check: (value: Value) => Iterable<RuleIssue>) =>
  (value: Value, context: z.core.$RefinementCtx<Value>): void => {
    for (const { path, message, ...params } of check(value)) {
      context.addIssue({ code: 'custom', input: value, path: [...path], message, params })
    }
  }

export type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T
