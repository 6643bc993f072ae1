/** What a trained model measures, for a person. */
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
      ? wrapped(`Not ${left_out.join(', ')}: of chains, updates or samples of training, not of a test set.`)
      : []),
    ...(likelihood ? likelihoodLines(likelihood) : []),
  ]
}

type Likelihood = NonNullable<EvaluateReport['likelihood']>

function likelihoodLines({ log_z, density, labels, train, test, ais, warnings }: Likelihood): string[] {
  const [least, most] = ais?.interval ?? []
  const of = ais ? `by ${ais.chains} chains of annealed importance sampling, ${ais.betas} betas` : 'exact'
  return [
    `Mean log-${density ? 'density' : 'likelihood'}${labels ? ' of samples with their labels' : ''} in nats, ${of}:`,
    ...table([
      ['training samples', fixed(train, 2)],
      ['test samples', fixed(test, 2)],
      ['log Z', fixed(log_z, 2)],
      ...(ais
        ? [
            ['its interval from', least === null ? '-inf' : fixed(least!, 2)],
            ['to', fixed(most!, 2)],
            ['chains that count', ais.effective_samples.toFixed(1)],
          ]
        : []),
    ]),
    ...warnings.flatMap((warning) => wrapped(`Warning: ${warning}`)),
  ]
}

const table = (rows: readonly (readonly string[])[]): string[] => tableLines(rows, 'lr').map((line) => `  ${line}`)
