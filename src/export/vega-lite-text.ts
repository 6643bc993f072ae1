/** The history as a chart that carries its data: a Vega-Lite specification, version 6 (vega.github.io/schema). */
import { jsonText } from '../base/json.js'
import type { History } from './history.js'
import { splitsOf } from './history-splits.js'

/** More epochs than this are drawn without a dot at each. */
const MOST_DOTS = 50

/** A row of the chart for each measure, with a line for training and one for validation. */
export function vegaLiteText({ name, metrics, epochs, learning_rate }: History): string {
  const named = splitsOf(Object.fromEntries(Object.keys(metrics).map((key, index) => [key, index])))
  const lines = [
    ...named.map(({ metric, split, value: index }) => ({ metric, split, values: Object.values(metrics)[index]! })),
    { metric: 'learning_rate', split: 'training', values: learning_rate },
  ]
  const values = lines.flatMap(({ metric, split, values: ofEpochs }) =>
    ofEpochs.map((value, index) => ({ epoch: index + 1, split, metric, value })),
  )
  const chart = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: name,
    data: { values },
    facet: {
      row: {
        field: 'metric',
        type: 'nominal',
        title: null,
        sort: [...new Set(lines.map(({ metric }) => metric))],
        header: { labelOrient: 'top', labelAnchor: 'start', labelLimit: 480 },
      },
    },
    resolve: { scale: { y: 'independent' } },
    spec: {
      width: 480,
      height: 140,
      mark: { type: 'line', tooltip: true, point: epochs <= MOST_DOTS },
      encoding: {
        x: { field: 'epoch', type: 'quantitative', axis: { tickMinStep: 1 }, scale: { zero: false } },
        y: { field: 'value', type: 'quantitative', title: null, scale: { zero: false } },
        color: { field: 'split', type: 'nominal', title: null, scale: { domain: ['training', 'validation'] } },
      },
    },
  }
  return jsonText(chart)
}
