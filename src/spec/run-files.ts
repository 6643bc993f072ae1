/** Files that every run leaves in its folder; callbacks keep off them. */
export const RUN_FILES = {
  spec: 'spec.json',
  rows: 'history.csv',
  history: 'history.json',
  model: 'model',
  pictures: 'pictures',
  /** Of a stack: a folder for each RBM, by its number. */
  stages: 'stages',
} as const
