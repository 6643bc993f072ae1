/** Formats the report of `train evaluate`. */
import { fixed } from '../base/python-format.js'
import type { EvaluateReport } from '../export/evaluate-report.js'
import { formatMetric } from './numbers.js'
import { tableLines, wrapped } from './table.js'

export function evaluateLines({ run, name, data, samples, test, left_out, likelihood }: EvaluateReport): string[] {
  const rows = Object.entries(test).map(([key, value]) => [key, value === null ? 'nan' : formatMetric(value)])
  return [
    `${name} in ${run}, on the ${samples} test samples of ${data}:`,
    ...table(rows),
    ...(left_out.length > 0
      ? wrapped(
          `Left out: ${left_out.join(', ')}. These measure chains, updates or samples of training, not a test set.`,
        )
      : []),
    ...(likelihood ? likelihoodLines(likelihood) : []),
  ]
}

type Likelihood = NonNullable<EvaluateReport['likelihood']>

function likelihoodLines({ log_z, density, labels, train, test, ais, warnings }: Likelihood): string[] {
  const [least, most] = ais?.interval ?? []
  const of = ais ? `estimated by annealed importance sampling, ${ais.chains} chains, ${ais.betas} betas` : 'exact'
  return [
    `Mean log-${density ? 'density' : 'likelihood'}${labels ? ' of samples and their labels' : ''} in nats, ${of}:`,
    ...table([
      ['training samples', fixed(train, 2)],
      ['test samples', fixed(test, 2)],
      ['log Z', fixed(log_z, 2)],
      ...(ais
        ? [
            ['log Z at least', least === null ? '-inf' : fixed(least!, 2)],
            ['log Z at most', fixed(most!, 2)],
            ['effective chains', ais.effective_samples.toFixed(1)],
          ]
        : []),
    ]),
    ...warnings.flatMap((warning) => wrapped(`Warning: ${warning}`)),
  ]
}

const table = (rows: readonly (readonly string[])[]): string[] => tableLines(rows, 'lr').map((line) => `  ${line}`)
