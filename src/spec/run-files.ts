/** Files that every run leaves in its folder; callbacks keep off them. */
export const RUN_FILES = {
  spec: 'spec.json',
  rows: 'history.csv',
  history: 'history.json',
  model: 'model',
  pictures: 'pictures',
} as const
