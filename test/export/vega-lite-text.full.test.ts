/** The chart of a history is compiled by Vega-Lite without a warning and drawn by Vega. */
import { expect, test } from 'vitest'
import { vegaLiteText } from '../../src/export/vega-lite-text.js'
import { epochsOf, historyOf } from './sample-run.js'

const run = (count: number) =>
  epochsOf(
    ...Array.from({ length: count }, (_, epoch) => ({ loss: 1 / (epoch + 1), val_loss: epoch === 1 ? Number.NaN : 2 })),
  )

test.each([
  ['one epoch', run(1)],
  ['1,000 epochs, with NaN among them', run(1000)],
  ['names that are markup and expressions', epochsOf({ loss: 1, "a.b[0]'<b>": 2, ['m'.repeat(80)]: 3 })],
])('%s', async (_, epochs) => {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')])
  const warnings: unknown[][] = []
  const warn = (...said: unknown[]) => {
    warnings.push(said)
    return logger
  }
  const quiet = () => logger
  const logger = { level: quiet, error: warn, warn, info: quiet, debug: quiet }
  const chart = JSON.parse(vegaLiteText(historyOf({ name: '<script>&', epochs })))
  const { spec } = vegaLite.compile(chart, { logger: logger as never })
  const svg = await new vega.View(vega.parse(spec)).toSVG()
  expect(warnings).toEqual([])
  expect(svg).toContain('&lt;script&gt;&amp;')
  const measures = Object.keys(epochs[0]!.metrics).length + 1
  expect(svg.match(/aria-roledescription="line mark"/g)).toHaveLength(measures)
})
