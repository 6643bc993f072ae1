/** The documents that have a JSON Schema, by the names of its file: `specs/NAME.schema.json`. */
export const SCHEMAS = {
  spec: 'a spec',
  history: 'history.json of a run',
  events: 'a line of `train SPEC --events`',
  folds: 'folds.json of a run with "k_fold"',
  doctor: '`train doctor --json`',
  bench: '`train bench --json`',
  'find-lr': '`train find-lr --json`',
  evaluate: '`train evaluate --json`',
  summary: '`train summary --json`',
  data: '`train data --json`',
  baseline: 'the file of `train baseline`',
  check: '`train check --json`',
  compare: '`train compare --json`',
  runs: '`train runs --json`',
  sweep: '`train sweep --json`',
  'verify-resume': '`train verify-resume --json`',
} as const

export type SchemaName = keyof typeof SCHEMAS
