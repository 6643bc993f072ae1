/**
 * Writes the preparation of data as the first operators of a model: from the columns of the data, one input each, to
 * the inputs of the model.
 */
import type { Field, Named } from '../../../base/field.js'
import { inputKey } from '../../../base/form.js'
import { type Issue, UserError } from '../../../base/issue.js'
import { type Shape, sizeOf } from '../../../base/shape.js'
import { isMixing } from '../../../data/augment/picture-field.js'
import { augmentationOf } from '../../../data/augment/registry.js'
import { type Column, isField } from '../../../data/column.js'
import type { Chain, Learnt, Part, Plans } from '../../../data/preparation.js'
import type { SavedPreparation } from '../../../data/saved-preparation.js'
import { BATCH } from '../../../engine/compiled/onnx/any-batch.js'
import { type OnnxBuilder, onnxBuilder } from '../../../engine/compiled/onnx/builder.js'
import type { Element, OnnxGraph, OnnxValue } from '../../../engine/compiled/onnx/model-writer.js'
import { writeStep } from './steps.js'
import { cast, type Given, NotInOnnx, reshaped } from './value.js'

/** Operators that prepare data. */
export interface Prepared extends Pick<OnnxGraph, 'nodes' | 'initializers' | 'inputs'> {
  /** Name of the value that is each input of the model. */
  readonly results: Named<string>
}

/**
 * `shapes` are those of the inputs of the model, by name. `rows` is the number of rows that a sample is made of; null if it is a row itself. Then each column has one value a
 * sample, else one for each row. Throws a UserError that lists every step that ONNX cannot say.
 */
export function prepared(
  shapes: Named<Shape>,
  plans: Plans,
  { columns, learnt }: Pick<SavedPreparation, 'columns' | 'learnt'>,
  rows: number | null,
): Prepared {
  const build = onnxBuilder('prepare/')
  const given = columnInputs(build, columns, rows)
  const issues: Issue[] = []
  const results = Object.entries(shapes).map(([name, shape]): [string, string] => {
    const key = inputKey(name)
    let chain = 0
    const made = plans[key]!.map((part) => {
      const known = learnt[key]!.slice(chain)
      chain += 'chains' in part ? part.chains.length : 1
      try {
        return writePart(build, part, given, known)
      } catch (error) {
        if (!(error instanceof NotInOnnx)) throw error
        const columns = 'chains' in part ? part.chains.map(({ column }) => column) : [part.column]
        const source = `column ${columns.map((column) => JSON.stringify(column)).join(', ')}`
        issues.push({ code: 'onnx', source, pointer: '', message: error.why })
        return null
      }
    })
    return [name, made.includes(null) ? '' : joined(build, made as Given<Field>[], shape)]
  })
  if (issues.length > 0) {
    throw new UserError('This preparation cannot be in an ONNX model; leave out --with-preparation.', issues)
  }
  return {
    nodes: build.nodes,
    initializers: build.initializers,
    inputs: given.inputs,
    results: Object.fromEntries(results),
  }
}

/** The inputs of the graph: a column becomes one when it is first asked for. */
interface ColumnInputs {
  readonly inputs: readonly OnnxValue[]
  of(column: string): Given
}

function columnInputs(build: OnnxBuilder, columns: Named<Column>, rows: number | null): ColumnInputs {
  const inputs: OnnxValue[] = []
  const known = new Map<string, Given>()
  const numbersOf = (name: string, { dtype, divisor }: Field): string => {
    const floats = dtype === 'float32' ? name : cast(build, name, 'float32')
    return divisor === 1 ? floats : build.op('Div', [floats, build.constant('float32', [], Float32Array.of(divisor))])
  }
  return {
    inputs,
    of(name) {
      const found = known.get(name)
      if (found) return found
      const column = columns[name]!
      const shape = isField(column) ? column.shape : []
      inputs.push({ name, element: elementOf(column), shape: [BATCH, ...(rows === null ? [] : [rows]), ...shape] })
      const each = rows === null ? name : reshaped(build, name, shape)
      const made: Given = { name: isField(column) ? numbersOf(each, column) : each, column }
      known.set(name, made)
      return made
    },
  }
}

const elementOf = (column: Column): Element =>
  isField(column) ? column.dtype : column.values === 'text' ? 'string' : 'float64'

/** Throws NotInOnnx. */
function writePart(build: OnnxBuilder, part: Part, given: ColumnInputs, learnt: Learnt[string]): Given<Field> {
  if ('chains' in part) throw new NotInOnnx('the cross of these columns is a hash, which ONNX Runtime cannot compute')
  return writeChain(build, part, given.of(part.column), learnt[0]!)
}

function writeChain(build: OnnxBuilder, chain: Chain, given: Given, learnt: Learnt[string][number]): Given<Field> {
  const { steps, specs = [], augmented } = chain
  let now = given
  if (augmented) {
    const changes = augmented.augment.map(augmentationOf).find((layer) => !isMixing(layer) && layer.inference)
    if (changes) throw new NotInOnnx('an augmentation changes pictures outside of training too')
    now = { name: now.name, column: steps[0]!.column(now.column, null) }
  }
  const first = steps.length - specs.length
  for (const [index, spec] of specs.entries()) {
    const known = learnt[first + index]!
    const result = writeStep(build, spec, now, known)
    if (result instanceof NotInOnnx) throw new NotInOnnx(`${spec.type} ${result.why}`)
    now = { name: result, column: steps[first + index]!.column(now.column, known) }
  }
  return now as Given<Field>
}

/** Lays the values of several chains side by side, and the rows of a sample one after another. */
function joined(build: OnnxBuilder, parts: readonly Given<Field>[], shape: Shape): string {
  if (parts.length === 1) return reshaped(build, parts[0]!.name, shape)
  const vectors = parts.map(({ name, column }) => reshaped(build, name, [sizeOf(column.shape)]))
  return reshaped(build, build.op('Concat', vectors, { axis: 1 }), shape)
}
