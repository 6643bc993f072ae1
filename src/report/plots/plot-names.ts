/** The plots of `train plot`, with the words of the help. */
export const PLOTS = {
  curves: 'each measure and the learning rate, by epoch',
  confusion: 'how often each class was taken for each other',
  roc: 'true and false positives of classes over all thresholds',
  'precision-recall': 'precision and recall of classes over all thresholds',
  calibration: 'whether probabilities are right as often as they say',
  predicted: 'predicted against true numbers',
  residuals: 'predicted minus true numbers',
} as const

export type PlotName = keyof typeof PLOTS
