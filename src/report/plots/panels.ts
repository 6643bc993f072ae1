/** Parts of the charts of test rows. */
import type { TopLevelSpec } from 'vega-lite'
import { visible } from '../../base/visible.js'

export type PanelSpec = Extract<TopLevelSpec, { concat: unknown }>['concat'][number]

/** Width and height of a panel. */
export const SIZE = 320

export const titled = (text: string, subtitle: string) => ({
  text: visible(text),
  subtitle,
  ...{ fontSize: 12, subtitleFontSize: 11, fontWeight: 'bold', offset: 8, frame: 'group' },
})

/** An axis from 0 to 1. */
export const share = (field: string, title: string) => ({
  field,
  type: 'quantitative',
  title,
  scale: { domain: [0, 1], nice: false, padding: 0 },
  axis: { format: '.1~f', tickCount: 5 },
})

/** The line on which y is x: answers by chance in a ROC plot, or probabilities that equal the true shares. */
export const DIAGONAL = {
  data: {
    values: [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ],
  },
  mark: { type: 'line', strokeDash: [4, 4], strokeWidth: 1, color: '#8a7968' },
  encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
}
