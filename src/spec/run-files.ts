/** Names in the folder of a run that belong to the run itself. Callbacks must not use them. */
export const RUN_FILES = {
  spec: 'spec.json',
  /** The inputs and targets of the model, and how rows become its inputs. */
  preparation: 'preparation.json',
  rows: 'history.csv',
  history: 'history.json',
  model: 'model',
  /** Names the process that writes into the folder; gone when it has ended. */
  lock: 'run.lock',
  /** Holds a folder for each checkpoint, by its number. */
  checkpoints: 'state',
  pictures: 'pictures',
  /** Pictures that `train plot` draws. */
  plots: 'plots',
  /** The page that `train report` writes. */
  report: 'report.html',
  /** For a stack: holds a folder for each RBM, by its number. */
  stages: 'stages',
  /** With `k_fold`: holds a folder for each fold, by its number. */
  folds: 'folds',
  /** With `k_fold`: mean and spread of the measures. */
  foldsReport: 'folds.json',
} as const
