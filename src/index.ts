/**
 * The library under the command line. It reads specs, makes sessions of them, and opens runs; it writes to no stream.
 * Functions that meet a mistake of the user throw a UserError, whose issues say where it is.
 */
export type { DataForm } from './base/form.js'
export { formatIssue, type Issue, UserError } from './base/issue.js'
export type { Data, OpenData } from './data/data.js'
export { loadData, openData } from './data/load.js'
export type { Engine, Runner } from './engine/engine.js'
export { openEngine } from './engine/registry.js'
export { checkSpec } from './run/check-spec.js'
export { readRun, type StoredRun, weightsOf, writeWeights } from './run/open-run.js'
export { type CheckedSpec, readSpec, requireSpec } from './run/read-spec.js'
export { openSession, type Session } from './run/session.js'
export { type Stage, soleSpec, stagesOf } from './run/stages.js'
export { ownVersion } from './run/versions.js'
export type { ResolvedSpec, StageSpec } from './spec/spec.js'
export type { TrainingEvent } from './training/events.js'
export { evaluate, train } from './training/loop.js'
