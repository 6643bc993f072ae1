/** Computes the answers of a trained model for its test rows, beside what is right. */
import type { Named, Numbers } from '../base/field.js'
import { isInputKey } from '../base/form.js'
import { sizeOf } from '../base/shape.js'
import { batches } from '../data/batches.js'
import type { TestData } from '../data/open-test.js'
import type { Engine } from '../engine/engine.js'
import type { TestAnswers } from '../export/test-answers.js'
import { type FoundTarget, findTarget } from '../model/targets.js'
import { outputsOf } from '../spec/outputs.js'
import { isSupervised } from '../spec/spec.js'
import type { AnswerForm } from './answers.js'
import type { TrainedModel } from './open-model.js'
import { openPredictor } from './predictor.js'

export interface TestAnswersOptions {
  readonly trained: TrainedModel
  readonly data: TestData
  readonly engine: Engine
  readonly warn: (text: string) => void
  readonly signal: AbortSignal
}

/** An output with more numbers in a row, such as a picture, is left out. */
const MOST_NAMES = 1000

/**
 * Returns the answers of each output that has a target of one class, of labels or of numbers in a row. Throws the reason
 * of `signal` when that is aborted.
 */
export async function testAnswers({ trained, data, engine, warn, signal }: TestAnswersOptions): Promise<TestAnswers[]> {
  const { fields, count } = data.test
  const inputs = inputsOf(fields)
  const predictor = await openPredictor({ trained, fields: inputs, engine, warn })
  try {
    const taken = predictor.answers.flatMap((answer, index) => takenOf(answer, targetOf(trained, answer, index), count))
    if (taken.length === 0) return []
    let from = 0
    for await (const { size, arrays } of batches(data.test, { batchSize: predictor.batchSize })) {
      signal.throwIfAborted()
      const values = await predictor.predict(inputsOf(arrays), size)
      for (const { answer, take } of taken) take(from, size, values[answer.name]!, arrays)
      from += size
    }
    return taken.map(({ answers }) => answers)
  } finally {
    await predictor.dispose()
  }
}

const inputsOf = <Value>(byKey: Named<Value>): Named<Value> =>
  Object.fromEntries(Object.entries(byKey).filter(([key]) => isInputKey(key)))

function targetOf({ spec, form }: TrainedModel, { name, layer }: AnswerForm, index: number): FoundTarget | null {
  if (!isSupervised(spec)) return name in form.targets ? found({ type: 'field', name }) : null
  const { target } = outputsOf(spec)[index]!
  return target.type === 'input' ? null : found(target)

  function found(target: Parameters<typeof findTarget>[0]): FoundTarget | null {
    const one = findTarget(target, layer, form)
    return 'problem' in one ? null : one
  }
}

interface Taken {
  readonly answer: AnswerForm
  readonly answers: TestAnswers
  /** Takes the answers of rows from `from` on, and what is right, from the arrays of a batch. */
  take(from: number, size: number, values: Float32Array, arrays: Named<Numbers>): void
}

function takenOf(answer: AnswerForm, found: FoundTarget | null, rows: number): Taken[] {
  const { name, shape, classes } = answer
  const width = sizeOf(shape)
  if (!found || width > MOST_NAMES || found.target.kind === 'sequence') return []
  const { key, target, field, groups } = found
  if (target.kind === 'labels') {
    if (!classes) return []
    const { names, threshold } = classes
    const given = new Float32Array(rows * names.length)
    const right = new Float32Array(rows)
    return [
      {
        answer,
        answers: { name, kind: 'classes', names, rows, given, right },
        take(from, size, values, arrays) {
          for (let row = 0; row < size; row++) {
            const label = arrays[key]![row]!
            right[from + row] = groups ? groups[label]! : label
          }
          if (threshold === null) given.set(values, from * width)
          else for (let row = 0; row < size; row++) given.set(ofTwo(values[row]!, threshold), 2 * (from + row))
        },
      },
    ]
  }
  const isLabels = classes !== null
  const names = isLabels ? classes.names : answer.columns.map((column) => column.replace(/^predicted_/, ''))
  const given = new Float32Array(rows * width)
  const right = new Float32Array(rows * width)
  return [
    {
      answer,
      answers: { name, kind: isLabels ? 'labels' : 'numbers', names, rows, given, right },
      take(from, size, values, arrays) {
        given.set(values, from * width)
        const stored = arrays[key]!
        for (let at = 0; at < size * width; at++) right[from * width + at] = stored[at]! / field.divisor
      },
    },
  ]
}

/** The values of both classes, of an output of one number: a probability of the second, or its score around 0. */
const ofTwo = (value: number, threshold: number): readonly [number, number] =>
  threshold === 0 ? [-value, value] : [1 - value, value]
