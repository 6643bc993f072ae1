/** Numbers of plots of classes: confusion matrix, ROC, precision and recall, calibration. */
import type { TestAnswers } from '../../export/test-answers.js'

/** The class with the largest answer in each row. */
export function predictedClasses({ names, rows, given }: TestAnswers): Int32Array {
  const width = names.length
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0
    for (let at = 1; at < width; at++) if (given[row * width + at]! > given[row * width + best]!) best = at
    return best
  })
}

/** Rows by the right class, then by the predicted one. Rows without a right class are left out. */
export function confusionMatrix(answers: TestAnswers): number[][] {
  const { names, right } = answers
  const counts = names.map(() => new Array<number>(names.length).fill(0))
  for (const [row, predicted] of predictedClasses(answers).entries()) {
    const of = counts[right[row]!]
    if (of) of[predicted]!++
  }
  return counts
}

/** A curve over all thresholds, and one number for it. */
export interface ScoreCurve {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
  /** Area under the ROC curve, or average precision. */
  readonly score: number
}

/** Answers for one name against all others. Null if all rows are of one kind. */
interface Ranked {
  readonly positives: number
  readonly negatives: number
  /** Right and wrong rows with at least each of the different answers, from the largest on. */
  readonly steps: readonly { readonly hits: number; readonly misses: number }[]
}

function ranked({ kind, names, rows, given, right }: TestAnswers, name: number): Ranked | null {
  const width = names.length
  const isRight = (row: number) => (kind === 'classes' ? right[row] === name : right[row * width + name] === 1)
  const value = (row: number) => given[row * width + name]!
  const order = Array.from({ length: rows }, (_, row) => row).sort((a, b) => value(b) - value(a))
  const steps: { hits: number; misses: number }[] = []
  let [hits, misses] = [0, 0]
  for (const [index, row] of order.entries()) {
    if (isRight(row)) hits++
    else misses++
    // rows with equal answers are on one side of every threshold
    if (index + 1 === rows || value(order[index + 1]!) !== value(row)) steps.push({ hits, misses })
  }
  return hits === 0 || misses === 0 ? null : { positives: hits, negatives: misses, steps }
}

/** False positive rate and true positive rate; the area by trapezoids, as in scikit-learn's `roc_auc_score`. */
export function rocCurve(answers: TestAnswers, name: number): ScoreCurve | null {
  const found = ranked(answers, name)
  if (!found) return null
  const { positives, negatives, steps } = found
  const points = [[0, 0] as const, ...steps.map(({ hits, misses }) => [misses / negatives, hits / positives] as const)]
  const score = points.slice(1).reduce((sum, [x, y], index) => {
    const [x0, y0] = points[index]!
    return sum + ((x - x0) * (y + y0)) / 2
  }, 0)
  return { name: answers.names[name]!, points: thinned(points), score }
}

/** Recall and precision; the average precision is the sum of the steps, as in scikit-learn's `average_precision_score`. */
export function precisionRecallCurve(answers: TestAnswers, name: number): ScoreCurve | null {
  const found = ranked(answers, name)
  if (!found) return null
  const { positives, steps } = found
  const points = steps.map(({ hits, misses }) => [hits / positives, hits / (hits + misses)] as const)
  const score = points.reduce((sum, [x, y], index) => sum + (x - (points[index - 1]?.[0] ?? 0)) * y, 0)
  return { name: answers.names[name]!, points: thinned([[0, 1], ...points]), score }
}

/** Points of a curve in a picture. */
const MOST_POINTS = 300

function thinned<Point>(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points
  const step = (points.length - 1) / (MOST_POINTS - 1)
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * step)]!)
}

export interface CalibrationBin {
  /** Probabilities of the bin: at least `from`, less than `to`. */
  readonly from: number
  readonly to: number
  /** Mean probability. */
  readonly confidence: number
  /** Share of rows for which it was right. */
  readonly accuracy: number
  readonly rows: number
}

export interface Calibration {
  readonly bins: readonly CalibrationBin[]
  /** Expected calibration error: mean distance of both over all rows (Guo et al., 2017). */
  readonly error: number
}

const BINS = 10

/**
 * Probabilities in bins of equal width, beside how often they were right: of two classes the second one's, of more the
 * largest one's. Null for answers that are no probabilities, and for labels.
 */
export function calibration(answers: TestAnswers): Calibration | null {
  const { kind, names, rows, given, right } = answers
  if (kind !== 'classes' || given.some((value) => !(value >= 0 && value <= 1))) return null
  const width = names.length
  const chosen = width === 2 ? new Int32Array(rows).fill(1) : predictedClasses(answers)
  const sums = Array.from({ length: BINS }, (_, bin) => ({
    ...{ from: bin / BINS, to: (bin + 1) / BINS },
    ...{ confidence: 0, hits: 0, rows: 0 },
  }))
  for (const [row, name] of chosen.entries()) {
    const probability = given[row * width + name]!
    const bin = sums[Math.min(BINS - 1, Math.floor(probability * BINS))]!
    bin.confidence += probability
    bin.hits += right[row] === name ? 1 : 0
    bin.rows++
  }
  const bins = sums
    .filter((bin) => bin.rows > 0)
    .map(({ hits, ...bin }) => ({ ...bin, confidence: bin.confidence / bin.rows, accuracy: hits / bin.rows }))
  const error = bins.reduce((sum, { confidence, accuracy, ...bin }) => {
    return sum + (bin.rows / rows) * Math.abs(confidence - accuracy)
  }, 0)
  return { bins, error }
}
