/** Area under a curve (keras/src/metrics/confusion_metrics.py, `AUC`). */
import type { Shape } from '../../base/shape.js'
import { type Confusion, confusionMetric } from './confusion.js'
import { BOTH_TARGETS, type Metric, type MetricOf, quotient, sumOf, TRUE_TARGET } from './metric.js'

/**
 * Distance of the first and the last threshold from the interval [0, 1]: every output lies above the first, and none
 * above the last.
 */
const BEYOND = 1e-7

/** Relative rounding error that a float32 sum of weights may have. */
const ROUNDING = 1e-5

type AucSpec = MetricOf<'auc'>

export function auc(spec: AucSpec, output: Shape): Metric {
  const { num_thresholds: count, multi_label: byLabel, label_weights: labelWeights, from_logits: fromLogits } = spec
  const inner =
    spec.thresholds?.toSorted((a, b) => a - b) ?? Array.from({ length: count - 2 }, (_, i) => (i + 1) / (count - 1))
  const thresholds = [-BEYOND, ...inner, 1 + BEYOND]
  const labels = byLabel ? output.at(-1)! : 1
  const needs = `${spec.curve === 'PR' ? TRUE_TARGET : BOTH_TARGETS}${byLabel ? ' for each label' : ''}`
  return confusionMetric({ thresholds, byLabel, labelWeights, fromLogits, needs }, output, (confusion) => {
    const areas = Array.from({ length: labels }, (_, label) => areaOf(column(confusion, label, labels), spec))
    if (!byLabel) return areas[0]!
    if (labelWeights === null) return sumOf(areas) / labels
    const weighed = areas.map((area, label) => (labelWeights[label] === 0 ? 0 : area * labelWeights[label]!))
    return sumOf(weighed) / sumOf(labelWeights)
  })
}

/** Counts of one label. */
function column(confusion: Confusion, label: number, labels: number): Confusion {
  const of = (counts: readonly number[]) => counts.filter((_, index) => index % labels === label)
  return {
    truePositives: of(confusion.truePositives),
    falsePositives: of(confusion.falsePositives),
    trueNegatives: of(confusion.trueNegatives),
    falseNegatives: of(confusion.falseNegatives),
  }
}

/**
 * Area under one curve. NaN if the curve has no points: every curve needs positive targets, ROC and PRGAIN also
 * negative ones. Keras gives 0.
 */
function areaOf(confusion: Confusion, { curve, summation_method, ...spec }: AucSpec): number {
  const [positives, negatives] = [
    confusion.truePositives[0]! + confusion.falseNegatives[0]!,
    confusion.falsePositives[0]! + confusion.trueNegatives[0]!,
  ]
  // weighted counts carry rounding errors
  const none = spec.label_weights === null ? 0 : ROUNDING * (positives + negatives)
  if (positives <= none || (curve !== 'PR' && negatives <= none)) return Number.NaN
  if (curve === 'PR' && summation_method === 'interpolation') return interpolatedPrecisionRecall(confusion)
  const points = confusion.truePositives.map((tp, index) => {
    const fp = confusion.falsePositives[index]!
    const fn = confusion.falseNegatives[index]!
    const tn = confusion.trueNegatives[index]!
    return POINT[curve]({ tp, fp, tn, fn })
  })
  const height = HEIGHT[summation_method]
  return sumOf(points.slice(1).map((to, index) => (points[index]!.x - to.x) * height(points[index]!.y, to.y)))
}

type Counts = Readonly<Record<'tp' | 'fp' | 'tn' | 'fn', number>>

const POINT: { readonly [Curve in AucSpec['curve']]: (counts: Counts) => { x: number; y: number } } = {
  ROC: ({ tp, fp, tn, fn }) => ({ x: quotient(fp, fp + tn), y: quotient(tp, tp + fn) }),
  PR: ({ tp, fp, fn }) => ({ x: quotient(tp, tp + fn), y: quotient(tp, tp + fp) }),
  PRGAIN({ tp, fp, tn, fn }) {
    const scale = quotient(tp + fn, tn + fp)
    if (tp === 0) return { x: 0, y: 1 }
    return { x: Math.max(0, 1 - scale * quotient(fn, tp)), y: 1 - scale * quotient(fp, tp) }
  },
}

const HEIGHT: { readonly [Method in AucSpec['summation_method']]: (a: number, b: number) => number } = {
  interpolation: (a, b) => (a + b) / 2,
  minoring: (a, b) => Math.min(a, b),
  majoring: (a, b) => Math.max(a, b),
}

/** Between two thresholds true positives grow linearly with all positives (Davis and Goadrich, 2006). */
function interpolatedPrecisionRecall({ truePositives: tp, falsePositives: fp, falseNegatives: fn }: Confusion): number {
  const positives = tp.map((count, index) => count + fp[index]!)
  return sumOf(
    tp.slice(1).map((next, index) => {
      const [from, to] = [positives[index]!, positives[index + 1]!]
      const gained = tp[index]! - next
      const slope = quotient(gained, Math.max(from - to, 0))
      const intercept = next - slope * to
      const ratio = from > 0 && to > 0 ? from / to : 1
      return quotient(slope * (gained + intercept * Math.log(ratio)), Math.max(next + fn[index + 1]!, 0))
    }),
  )
}
