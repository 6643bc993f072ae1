/** Recognizes updates that TensorFlow has one operator for, which changes a variable and its slots in place. */
import type { ValueId } from '../graph/graph.js'
import type { Update } from '../passes/split-update.js'
import type { TensorflowAttribute } from './graph-def.js'

/** An operator on variables; its inputs in order. */
export interface Apply {
  readonly op: string
  readonly inputs: readonly ApplyInput[]
  readonly attributes: Readonly<Record<string, TensorflowAttribute>>
  /** The variables that it changes. */
  readonly changed: readonly string[]
}

export type ApplyInput =
  | { readonly variable: string }
  | { readonly value: ValueId }
  /** A number of rank 0. */
  | { readonly number: number }

/** What a form of update is written with: `s0`, `s1` for stored state, `g` for the gradient, `r0` for a scalar. */
interface Parts {
  variable(index: number): ApplyInput
  readonly gradient: ApplyInput
  readonly rate: ApplyInput
  /** Numbers in order of writing. */
  readonly numbers: readonly number[]
}

interface Form {
  readonly op: string
  /** The stored expressions, one after another; `#` is a number. */
  readonly stores: readonly string[]
  readonly inputs: (parts: Parts) => readonly ApplyInput[]
  readonly attributes?: Readonly<Record<string, TensorflowAttribute>>
}

const STEP = 'Multiply(g,r0)'
const VELOCITY = `Sub(Multiply(s1,#),${STEP})`
const momentum = ({ variable, gradient, rate, numbers }: Parts) => [
  variable(0),
  variable(1),
  rate,
  gradient,
  { number: numbers[0]! },
]

/** After tensorflow/core/kernels/training_ops.cc. Operators that round otherwise than Keras does are left out. */
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
    stores: [`Add(s0,Sub(Multiply(${VELOCITY},#),${STEP}))`, VELOCITY],
    inputs: momentum,
    attributes: { use_nesterov: { bool: true } },
  },
]

/** The operator that does the whole of an update, if there is one. */
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
  if (!form || new Set(numbers).size > 1) return undefined
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
      numbers.push(expression.value)
      return '#'
    case 'op':
      return `${expression.kernel}(${expression.operands.map((operand) => write(update, operand, stored, numbers))})`
  }
}
