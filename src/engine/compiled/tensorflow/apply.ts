/** Recognizes updates for which TensorFlow has a single operator that changes a variable and its slots in place. */
import type { ValueId } from '../graph/graph.js'
import type { Update } from '../passes/split-update.js'
import type { TensorflowAttribute } from './graph-def.js'

/** An operator on variables, with its inputs in order. */
export interface Apply {
  readonly op: string
  readonly inputs: readonly ApplyInput[]
  readonly attributes: Readonly<Record<string, TensorflowAttribute>>
  /** Names of the variables that it changes. */
  readonly changed: readonly string[]
}

export type ApplyInput =
  | { readonly variable: string }
  /** A variable of the same shape that is no slot, and is 0 before each step. */
  | { readonly scratchOf: string }
  | { readonly value: ValueId }
  /** A scalar constant. */
  | { readonly number: number }

/**
 * The parts of a form of update, numbered in the order of their first use: `s0`, `s1` for stored state, `g` for the
 * gradient, `r0` for a scalar, `n0`, `n1` for numbers.
 */
interface Parts {
  variable(index: number): { readonly variable: string }
  readonly gradient: ApplyInput
  readonly rate: ApplyInput
  readonly numbers: readonly number[]
}

interface Form {
  readonly op: string
  /** The stored expressions, in order. */
  readonly stores: readonly string[]
  /** True if the operator, which computes some constants itself, uses these numbers. */
  readonly suits?: (numbers: readonly number[]) => boolean
  readonly inputs: (parts: Parts) => readonly ApplyInput[]
  readonly attributes?: Readonly<Record<string, TensorflowAttribute>>
}

const STEP = 'Multiply(g,r0)'
const VELOCITY = `Sub(Multiply(s1,n0),${STEP})`
const SQUARES = 'Add(Multiply(s1,n0),Multiply(Square(g),n1))'
const momentum = ({ variable, gradient, rate, numbers }: Parts) => [
  variable(0),
  variable(1),
  rate,
  gradient,
  { number: numbers[0]! },
]

/** From tensorflow/core/kernels/training_ops.cc. Operators that round differently than Keras are left out. */
const FORMS: readonly Form[] = [
  {
    op: 'ResourceApplyGradientDescent',
    stores: [`Sub(s0,${STEP})`],
    inputs: ({ variable, gradient, rate }) => [variable(0), rate, gradient],
  },
  {
    op: 'ResourceApplyKerasMomentum',
    stores: [`Add(s0,${VELOCITY})`, VELOCITY],
    inputs: momentum,
    attributes: { use_nesterov: { bool: false } },
  },
  {
    op: 'ResourceApplyKerasMomentum',
    stores: [`Add(s0,Sub(Multiply(${VELOCITY},n0),${STEP}))`, VELOCITY],
    inputs: momentum,
    attributes: { use_nesterov: { bool: true } },
  },
  {
    op: 'ResourceApplyRMSProp',
    stores: [`Sub(s0,RealDiv(${STEP},Sqrt(Add(${SQUARES},n2))))`, SQUARES],
    suits: ([rho, rest]) => Math.abs(1 - rho! - rest!) < 1e-7,
    inputs: ({ variable, gradient, rate, numbers: [rho, , epsilon] }) => [
      variable(0),
      variable(1),
      { scratchOf: variable(0).variable },
      ...[rate, { number: rho! }, { number: 0 }, { number: epsilon! }],
      gradient,
    ],
  },
]

/** The operator that does a whole update, if there is one. */
export function applyFor(update: Update): Apply | undefined {
  const { arrays, stores, scalars } = update
  const stored = stores.map(({ array }) => {
    const place = arrays[array]!
    return place.from === 'state' ? place.name : ''
  })
  const gradients = arrays.flatMap((array) => (array.from === 'graph' ? [array.value] : []))
  if (gradients.length !== 1 || scalars.length !== 1) return undefined
  const numbers: number[] = []
  const written = stores.map(({ expression }) => write(update, expression, stored, numbers))
  const form = FORMS.find(({ stores: wanted }) => wanted.join(';') === written.join(';'))
  if (!form || form.suits?.(numbers) === false) return undefined
  const inputs = form.inputs({
    variable: (index) => ({ variable: stored[index]! }),
    gradient: { value: gradients[0]! },
    rate: { value: scalars[0]! },
    numbers,
  })
  return { op: form.op, inputs, attributes: form.attributes ?? {}, changed: stored }
}

function write(update: Update, index: number, stored: readonly string[], numbers: number[]): string {
  const expression = update.expressions[index]!
  switch (expression.kind) {
    case 'array': {
      const array = update.arrays[expression.index]!
      return array.from === 'graph' ? 'g' : `s${stored.indexOf(array.name)}`
    }
    case 'scalar':
      return `r${expression.index}`
    case 'number':
      if (!numbers.includes(expression.value)) numbers.push(expression.value)
      return `n${numbers.indexOf(expression.value)}`
    case 'op':
      return `${expression.kernel}(${expression.operands.map((operand) => write(update, operand, stored, numbers))})`
  }
}
