/** Formats the report of `train find-lr`, a learning-rate range test. */
import type { FindLrReport } from '../export/find-lr-report.js'
import { formatMetric } from './numbers.js'
import { wrapped } from './table.js'

/** `replaces`: the spec has a learning-rate schedule, which the suggestion would replace. */
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
          `No learning rate can be suggested: ${report.why === null ? 'the loss does not fall. More --steps may help.' : REASONS[report.why]}`,
        ]
      : [
          `Suggested: ${formatRate(suggestion)}, within the longest fall of the loss, where the loss is ${lossAt(report, suggestion)}`,
          ...(steepest === null ? [] : [`Steepest:  ${formatRate(steepest)}, where the loss falls fastest`]),
          '',
          `  ${command}`,
          '',
          ...(replaces ? ['The spec has a learning-rate schedule; this command replaces it by a constant rate.'] : []),
        ]),
    `Curve: ${picture}`,
  ]
}

const ENDS: Readonly<Record<FindLrReport['end'], string>> = {
  largest_rate: 'All rates were tried.',
  loss_too_high: 'It stopped there, because the loss was 4 times its lowest value.',
  diverged: 'It stopped there, because the loss was NaN or infinite at the next rate.',
}

const REASONS: Readonly<Record<NonNullable<FindLrReport['why']>, string>> = {
  flat: 'the loss does not change at any rate.',
  noise: 'the loss falls by less than it varies from batch to batch.',
  late: 'the loss falls only at the highest rates; a good rate may be higher still.',
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
