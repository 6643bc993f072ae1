/** Charts of the answers for test rows. */
import type { TopLevelSpec } from 'vega-lite'
import type { TestAnswers } from '../../export/test-answers.js'
import { calibrationPanels, confusionPanels, recallPanels, rocPanels } from './class-charts.js'
import { predictedPanels, residualPanels } from './number-charts.js'
import type { PanelSpec } from './panels.js'
import type { PlotName } from './plot-names.js'

export type TestPlot = Exclude<PlotName, 'curves'>

/** The panels of an output; none where it does not suit the plot. */
const PANELS: { readonly [Name in TestPlot]: (answers: TestAnswers) => readonly PanelSpec[] } = {
  confusion: confusionPanels,
  roc: rocPanels,
  'precision-recall': recallPanels,
  calibration: calibrationPanels,
  predicted: predictedPanels,
  residuals: residualPanels,
}

/** Returns null if no output suits the plot. */
export function testChart(plot: TestPlot, all: readonly TestAnswers[], title: string): TopLevelSpec | null {
  const panels = all.flatMap((answers) => PANELS[plot](answers))
  if (panels.length === 0) return null
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title },
    columns: 2,
    spacing: 36,
    concat: panels,
    resolve: { scale: { color: 'independent', fillOpacity: 'independent' }, legend: { color: 'independent' } },
  } as TopLevelSpec
}
