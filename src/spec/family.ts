/** The two building blocks of the format: tables of names, and families of objects that differ by `type`. */
import { z } from 'zod'
import { ONCE } from './once.js'
import { stringAs, withShortForm } from './short-forms.js'

/** The schema of a name from a table. An editor shows the description of each name when it completes it. */
export function nameIn<const Name extends string>(table: Readonly<Record<Name, string>>) {
  return z.enum(Object.keys(table) as [Name, ...Name[]]).meta({ enumDescriptions: Object.values(table) })
}

/**
 * The schema of a member of a family: `{ "type": "Dropout", "rate": 0.2 }`. An alias may be written in place of the
 * type; the resolved spec has the type.
 */
export function member<const Type extends string, Fields extends z.core.$ZodShape, const Alias extends string = never>(
  type: Type,
  description: string,
  fields: Fields,
  aliases: readonly Alias[] = [],
) {
  const names: z.ZodEnum<NamesOf<Type | Alias>> = z.enum<(Type | Alias)[]>([type, ...aliases])
  return z
    .strictObject({ type: names.transform((): Type => type).describe(description), ...fields })
    .describe(description)
}

type NamesOf<Name extends string> = { [One in Name]: One }

type Member = ReturnType<typeof member>

type NameIn<Members extends readonly Member[]> = Members[number]['shape']['type']['in']['options'][number]

/** The schema of a family. A member that needs only its type may be written as a string. */
export function family<const Members extends readonly [Member, ...Member[]]>(members: Members) {
  const object = z.discriminatedUnion('type', members)
  const short: Record<string, string> = {}
  for (const one of members) {
    // a lazy field holds members of this family, which are not defined yet; it is required, so there is no short form
    if (Object.values(one.shape).some((field) => field instanceof z.ZodLazy)) continue
    for (const name of one.shape.type.in.options) {
      if (one.safeParse({ type: name }, ONCE).success) short[name] = one.description ?? ''
    }
  }
  return withShortForm(
    z.union([nameIn(short as Readonly<Record<NameIn<Members>, string>>), object]),
    stringAs('type'),
  ).transform((value) => (typeof value === 'string' ? object.parse({ type: value }) : value) as z.output<typeof object>)
}

/**
 * Like `transform`, but also changes a value in which a number is out of bounds, so that later rules see the form that
 * they expect.
 */
export const formed = <Given, Made, Input>(schema: z.ZodType<Given, Input>, form: (given: Given) => Made) =>
  schema.overwrite(form as never) as unknown as z.ZodType<Made, Input>

/** A broken rule across fields. `path` leads from the value that the rule checks to the part of it that is at fault. */
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
