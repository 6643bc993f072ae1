/**
 * Values in blocks as sums of terms, `a x + b y + ... + c`, with numbers for each channel. They are written in as few
 * passes as there are terms: a pass adds the terms before it and may rectify, and so does a convolution.
 */
import { type Emitter, reshape } from '../lowerings/lowering.js'
import { type Rest, scaled } from './passes.js'

/** A number for all channels, or the name of numbers (channels) without zeros after them. */
export type Coefficient = { readonly number: number } | { readonly channels: string }

export type Term =
  | { readonly of: 'value'; readonly name: string; readonly scale?: Coefficient }
  /** A convolution that is not written yet. */
  | { readonly of: 'convolution'; readonly write: (rest: Rest) => string }
  /** Planes that are not put together yet (`planesApart`). Those with the same key may be added before. */
  | {
      readonly of: 'planes'
      readonly key: string
      readonly write: (sum?: string) => string
      readonly together: (planes: string) => string
    }

export interface Sum {
  readonly terms: readonly Term[]
  readonly offset?: Coefficient | undefined
}

/** The channels of a value, without the zeros after them and with them. */
export interface Channels {
  readonly channels: number
  readonly wide: number
}

export const ofValue = (name: string): Sum => ({ terms: [{ of: 'value', name }] })

/** Numbers (channels) with zeros after them, (wide). */
export function vector(emit: Emitter, coefficient: Coefficient, { channels, wide }: Channels): string {
  if ('channels' in coefficient) {
    return channels === wide
      ? coefficient.channels
      : emit.op('Pad', [coefficient.channels, emit.ints([0, wide - channels])])
  }
  const { number } = coefficient
  if (channels === wide) return emit.fill(number, [wide])
  const row = emit.matrix(`${number} in ${channels}`, [1, wide], (_, channel) => (channel < channels ? number : 0))
  return reshape(emit, row, [wide])
}

const nameOf = (emit: Emitter, coefficient: Coefficient): string =>
  'channels' in coefficient ? coefficient.channels : emit.fill(coefficient.number)

function product(emit: Emitter, a: Coefficient, b: Coefficient): Coefficient {
  if ('number' in a && 'number' in b) return { number: Math.fround(a.number * b.number) }
  if ('number' in a && a.number === 1) return b
  if ('number' in b && b.number === 1) return a
  if ('number' in b && b.number === -1 && 'channels' in a) return { channels: emit.op('Neg', [a.channels]) }
  return { channels: emit.op('Mul', [nameOf(emit, a), nameOf(emit, b)]) }
}

function added(emit: Emitter, a: Coefficient | undefined, b: Coefficient | undefined): Coefficient | undefined {
  if (!a || !b) return a ?? b
  if ('number' in a && 'number' in b) return { number: Math.fround(a.number + b.number) }
  return { channels: emit.op('Add', [nameOf(emit, a), nameOf(emit, b)]) }
}

/** The sum times a number for each channel. */
export function times(emit: Emitter, { terms, offset }: Sum, by: Coefficient): Sum {
  return {
    terms: terms.map((term) => {
      if (term.of === 'value') return { ...term, scale: term.scale ? product(emit, term.scale, by) : by }
      const name = term.of === 'convolution' ? term.write({}) : term.together(term.write())
      return { of: 'value', name, scale: by }
    }),
    offset: offset && product(emit, offset, by),
  }
}

export const plus = (emit: Emitter, a: Sum, b: Sum): Sum => ({
  terms: [...a.terms, ...b.terms],
  offset: added(emit, a.offset, b.offset),
})

/** Writes the operators of a sum, with a rectifier after them if `relu`; returns the name of the result. */
export function written(emit: Emitter, { terms, offset }: Sum, size: Channels, relu: boolean): string {
  const [plain, scaledTerms] = [true, false].map((plain) =>
    terms.flatMap((term) => (term.of === 'value' && (term.scale === undefined) === plain ? [term] : [])),
  ) as [ValueTerm[], ValueTerm[]]
  const convolutions = terms.flatMap((term) => (term.of === 'convolution' ? [term] : []))
  const units = [...plain.map(({ name }) => name), ...joined(terms)]
  const pass = (name: string, scale: Coefficient) => (rest: Rest) =>
    scaled(emit, name, { a: vector(emit, scale, size), channels: size.wide }, rest)
  const passes = [
    ...scaledTerms.map(({ name, scale }) => pass(name, scale!)),
    ...convolutions.map(({ write }) => write),
  ]
  if (passes.length === 0) {
    const [first, ...others] = units as [string, ...string[]]
    if (offset === undefined && (others.length === 0 || !relu)) {
      const sum = others.reduce((sum, other) => emit.op('Add', [sum, other]), first)
      return relu ? emit.op('Relu', [sum]) : sum
    }
    passes.push(pass(first, { number: 1 }))
    units.shift()
  }
  // every pass adds one value, the first of them the offset too
  while (units.length > passes.length) passes.unshift(pass(units.shift()!, { number: 1 }))
  let sum: string | undefined
  for (const [index, write] of passes.entries()) {
    const others = [sum, ...(index === passes.length - 1 ? units.splice(0) : [])].filter((one) => one !== undefined)
    const before = others.reduce<string | undefined>(
      (all, one) => (all === undefined ? one : emit.op('Add', [all, one])),
      undefined,
    )
    sum = write({
      bias: index === 0 && offset ? vector(emit, offset, size) : undefined,
      sum: before,
      relu: relu && index === passes.length - 1,
    })
  }
  return sum!
}

type ValueTerm = Extract<Term, { of: 'value' }>

/** The planes of each kind, added and put together. */
function joined(terms: readonly Term[]): string[] {
  const kinds = new Map<string, Extract<Term, { of: 'planes' }>[]>()
  for (const term of terms) if (term.of === 'planes') kinds.set(term.key, [...(kinds.get(term.key) ?? []), term])
  return [...kinds.values()].map((kind) => {
    const sum = kind.reduce<string | undefined>((sum, term) => term.write(sum), undefined)
    return kind[0]!.together(sum!)
  })
}
