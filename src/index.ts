/**
 * The library: trains models, and uses them. It writes to no stream and listens to no signal of the process. What a call
 * needs is loaded with the first call. Mistakes of the user are thrown as a UserError, whose issues say where they are.
 */
export type { DataForm } from './base/form.js'
export { formatIssue, type Issue, UserError } from './base/issue.js'
export type { GivenRow, GivenRows } from './data/tables/given-rows.js'
export type { History } from './export/history.js'
export type { Answer, AnswerPiece } from './library/answers.js'
export type { GivenData, Paths } from './library/data-input.js'
export { evaluate } from './library/evaluate.js'
export type { Evaluated, EvaluateOptions } from './library/evaluate-model.js'
export type {
  NoteEvent,
  ResultEvent,
  RunEvent,
  StageBeginEvent,
  StageEndEvent,
  WarningEvent,
} from './library/events.js'
export { openModel } from './library/open-model.js'
export { type Answers, predict } from './library/predict.js'
export type { PredictOptions } from './library/predict-rows.js'
export type { SpecOptions } from './library/spec-input.js'
export { train } from './library/train.js'
export type { TrainOptions } from './library/train-spec.js'
export type { StoredModel, TrainedModel } from './run/open-model.js'
export { ownVersion } from './run/versions.js'
export type { FoldEvent, Outcome } from './run/work-events.js'
export type { ResolvedSpec, Spec, StageSpec } from './spec/spec.js'
export type { Metrics, TrainingEvent } from './training/events.js'
