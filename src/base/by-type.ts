/** Tables with a function for each type of spec. */

interface Typed {
  readonly type: string
}

/** The member of a union of specs that has this type. */
export type OfType<Spec extends Typed, Type extends Spec['type']> = Extract<Spec, { readonly type: Type }>

/** A function for each type; a table that lacks one does not compile. */
export type ByType<Spec extends Typed, Rest extends readonly unknown[], Result> = {
  readonly [Type in Spec['type']]: (spec: OfType<Spec, Type>, ...rest: Rest) => Result
}

/** Calls the function for the type of a spec. */
export const callByType = <Spec extends Typed, Rest extends readonly unknown[], Result>(
  table: ByType<Spec, Rest, Result>,
  spec: Spec,
  ...rest: Rest
): Result => {
  const call = table[spec.type as Spec['type']]
  return call(spec as OfType<Spec, Spec['type']>, ...rest)
}
