/** What a learning-rate range test found, for a person. */
import type { FindLrReport } from '../export/find-lr-report.js'
import { formatMetric } from './numbers.js'
import { wrapped } from './table.js'

/** `replaces`: the spec has a schedule where the suggestion goes. */
export function findLrLines(report: FindLrReport, { replaces }: { readonly replaces: boolean }): string[] {
  const { name, batch_size: batch, learning_rate: rates, suggestion, steepest, command, picture, end } = report
  const last = formatRate(rates.at(-1)!)
  const range = `${rates.length} steps of ${batch} samples, from ${formatRate(rates[0]!)} to ${last}`
  return [
    ...wrapped(`Learning rates for ${name}: ${range}.`),
    ENDS[end],
    '',
    ...(suggestion === null
      ? [
          `No rate can be suggested: ${report.why === null ? 'the loss does not fall. More --steps may help.' : REASONS[report.why]}`,
        ]
      : [
          `Suggested: ${formatRate(suggestion)}, in the longest fall of the loss (${lossAt(report, suggestion)} there)`,
          ...(steepest === null ? [] : [`Steepest:  ${formatRate(steepest)}, where the loss falls fastest`]),
          '',
          `  ${command}`,
          '',
          ...(replaces ? ['The spec has a schedule of the learning rate; this number would take its place.'] : []),
        ]),
    `Curve: ${picture}`,
  ]
}

const ENDS: Readonly<Record<FindLrReport['end'], string>> = {
  largest_rate: 'All rates were tried.',
  loss_too_high: 'There the loss was 4 times its best.',
  diverged: 'At the next one the loss was NaN or infinite.',
}

const REASONS: Readonly<Record<NonNullable<FindLrReport['why']>, string>> = {
  flat: 'the loss does not change at any rate.',
  noise: 'the loss falls no more than it goes up and down from batch to batch.',
  late: 'the loss falls only at the last rates; a good one may lie beyond.',
}

/** `0.0021`, `1.3e-7`. */
export const formatRate = (rate: number): string => String(Number(rate.toPrecision(2)))

function lossAt({ learning_rate, smoothed_loss }: FindLrReport, rate: number): string {
  const distance = (other: number) => Math.abs(Math.log(other / rate))
  const nearest = learning_rate.reduce((best, other, index) => {
    return distance(other) < distance(learning_rate[best]!) ? index : best
  }, 0)
  return formatMetric(smoothed_loss[nearest]!)
}
