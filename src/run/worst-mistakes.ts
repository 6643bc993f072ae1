/** Finds the test rows that a trained model is most wrong about. */
import { ARRAYS } from '../base/field.js'
import { inputKey } from '../base/form.js'
import { type Shape, sizeOf } from '../base/shape.js'
import { sampleShapeOf } from '../data/load.js'
import type { TestData } from '../data/open-test.js'
import { ONCE } from '../data/steps/binary-draws.js'
import type { Mistake, RowPicture, TestAnswers } from '../export/test-answers.js'
import type { TrainedModel } from './open-model.js'

/** The worst first. Labels have no mistakes here, because a row may be right about some. */
export function worstMistakes(
  answers: TestAnswers,
  { spec, form }: Pick<TrainedModel, 'spec' | 'form'>,
  { test }: TestData,
  most: number,
): Mistake[] {
  const found =
    answers.kind === 'classes' ? wrongClasses(answers) : answers.kind === 'numbers' ? farNumbers(answers) : []
  const pictureOf = pictures(form, test, () => sampleShapeOf(spec.data, form))
  return found
    .toSorted((a, b) => b.size - a.size)
    .slice(0, most)
    .map(({ index, right, given, detail }) => ({
      ...{ row: index + 1, right, given, detail },
      picture: pictureOf?.(index) ?? null,
    }))
}

interface Found extends Pick<Mistake, 'right' | 'given' | 'detail'> {
  readonly index: number
  /** By which the worst is found. */
  readonly size: number
}

function wrongClasses({ names, rows, given, right }: TestAnswers): Found[] {
  const width = names.length
  return Array.from({ length: rows }, (_, index): Found[] => {
    const values = given.subarray(index * width, (index + 1) * width)
    const best = values.indexOf(Math.max(...values))
    const truth = right[index]!
    if (best === truth || best < 0 || truth < 0) return []
    const [of, instead] = [values[best]!, values[truth]!]
    return [
      {
        index,
        size: of - instead,
        right: names[truth]!,
        given: names[best]!,
        detail: `${digits(of)} against ${digits(instead)}`,
      },
    ]
  }).flat()
}

/** Finds the distance of the first number of each row. */
function farNumbers({ names, rows, given, right }: TestAnswers): Found[] {
  const width = names.length
  return Array.from({ length: rows }, (_, index): Found[] => {
    const [answer, truth] = [given[index * width]!, right[index * width]!]
    const distance = answer - truth
    if (!Number.isFinite(distance)) return []
    return [{ index, size: Math.abs(distance), right: digits(truth), given: digits(answer), detail: digits(distance) }]
  }).flat()
}

const digits = (value: number): string => String(Number(value.toPrecision(4)))

/** The least side of what is drawn as a picture: less is more likely a table. */
const LEAST_SIDE = 4

/** Returns null for rows that are no pictures: those have one input, grey or of three colours. */
function pictures(
  { inputs }: TrainedModel['form'],
  test: TestData['test'],
  shapeOf: () => Shape,
): ((row: number) => RowPicture) | null {
  const [[name, field] = [], ...others] = Object.entries(inputs)
  if (name === undefined || !field || others.length > 0) return null
  const [height, width, channels = 1, ...more] = shapeOf()
  if (height === undefined || width === undefined || more.length > 0) return null
  if (Math.min(height, width) < LEAST_SIDE || (channels !== 1 && channels !== 3)) return null
  const key = inputKey(name)
  return (row) => {
    const values = new ARRAYS[field.dtype](sizeOf(field.shape))
    test.read(Uint32Array.of(row), ONCE, { [key]: values })
    const numbers = Float32Array.from(values, (value) => value / field.divisor)
    // prepared numbers may have any range
    const [least, largest] = field.values === 'real' ? [Math.min(...numbers), Math.max(...numbers)] : [0, 1]
    const data = Uint8Array.from(numbers, (value) => Math.round((255 * (value - least)) / (largest - least || 1)))
    return { height, width, channels, data }
  }
}
