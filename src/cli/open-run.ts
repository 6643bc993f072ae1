/** Opens the folder of a run again: its spec, its data, and its trained weights on an engine. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../base/issue.js'
import type { Engine, StateValues } from '../engine/engine.js'
import { readModel, type SavedModel, weightsFor } from '../export/saved-model.js'
import type { Saveable } from '../model/saveable.js'
import { RUN_FILES } from '../spec/run-files.js'
import type { ResolvedSpec } from '../spec/spec.js'
import type { Io } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { type PrepareOptions, prepare } from './prepare.js'
import { requireSpec } from './read-spec.js'
import type { Session } from './session.js'

/** What lies in the folder of a run. */
export interface StoredRun {
  readonly directory: string
  /** With what the command line changes in it. */
  readonly spec: ResolvedSpec
  readonly model: SavedModel
}

export async function readRun(directory: string, options: OverrideOptions, io: Io): Promise<StoredRun> {
  const path = join(directory, RUN_FILES.spec)
  if (!(await stat(path).catch(() => undefined))) {
    const found = await stat(directory).catch(() => undefined)
    const why = found === undefined ? 'no such folder' : `it has no ${RUN_FILES.spec}`
    throw new UserError(`${directory} is no folder of a run: ${why}`)
  }
  const { spec } = await requireSpec(path, overridesOf(options), io.stdin)
  return { directory, spec, model: await readModel(join(directory, RUN_FILES.model)) }
}

/** The trained weights of a run, by their names in programs. */
export function weightsOf({ model: stored }: StoredRun, model: Saveable): StateValues {
  const { nameOf } = model.saved()
  return weightsFor(
    stored,
    model.weights.map(({ name, shape }) => ({ name, shape, saved: nameOf(name) })),
  )
}

/** A session as in training, with the trained weights. Whoever asked disposes of its runner. */
export async function openRun(
  run: StoredRun,
  options: PrepareOptions,
  io: Io,
): Promise<{ readonly engine: Engine; readonly session: Session; readonly weights: StateValues }> {
  const opened = await prepare(run.spec, options, io)
  const { model, runner } = opened.session
  try {
    const weights = weightsOf(run, model)
    await runner.write(weights)
    return { ...opened, weights }
  } catch (error) {
    await runner.dispose()
    throw error
  }
}
