/** Names in the folder of a sweep. */
export const SWEEP_FILES = {
  /** The request that the sweep answers. */
  request: 'sweep.json',
  /** Holds a folder for each trial, by its number. */
  trials: 'trials',
  table: 'table.csv',
  /** The spec of the best trial. */
  best: 'best.json',
  plot: 'sweep.svg',
  /** Runs the command of a trial on a cluster. */
  script: 'trial.sh',
  /** Names the process that works on the sweep. */
  lock: 'sweep.lock',
} as const

/** Names in the folder of a trial. */
export const TRIAL_FILES = {
  /** The values that it tries. */
  trial: 'trial.json',
  /** The spec that it trains. */
  spec: 'trial-spec.json',
  /** The folder of its run. */
  run: 'run',
  /** All that its command has printed. */
  log: 'log',
  /** How its command ended last. */
  exit: 'exit.json',
  /** The job of a cluster that trains it. */
  job: 'job.json',
} as const

/** `0007`: names in the order of their numbers. */
export const trialFolderName = (number: number): string => String(number).padStart(4, '0')
