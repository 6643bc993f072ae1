/** Opens the folder of a run again: its spec, and its trained weights. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../base/issue.js'
import type { StateValues } from '../engine/engine.js'
import { readModel, type SavedModel, weightsFor } from '../export/saved-model.js'
import type { Saveable } from '../model/saveable.js'
import type { Override } from '../spec/override.js'
import { RUN_FILES } from '../spec/run-files.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { requireSpec } from './read-spec.js'
import type { Session } from './session.js'

/** What lies in the folder of a run. */
export interface StoredRun {
  readonly directory: string
  /** With the overrides. */
  readonly spec: ResolvedSpec
  readonly model: SavedModel
}

/** The spec and the model of a run. Overrides change fields of its spec. */
export async function readRun(
  directory: string,
  overrides: readonly Override[],
  stdin: NodeJS.ReadableStream,
): Promise<StoredRun> {
  const path = join(directory, RUN_FILES.spec)
  if (!(await stat(path).catch(() => undefined))) {
    const found = await stat(directory).catch(() => undefined)
    const why = found === undefined ? 'no such folder' : `it has no ${RUN_FILES.spec}`
    throw new UserError(`${directory} is no folder of a run: ${why}`)
  }
  const { spec } = await requireSpec(path, overrides, stdin)
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

/** Puts the trained weights of a run into a session, and gives them; a session that they do not fit is freed. */
export async function writeWeights(run: StoredRun, { model, runner }: Session): Promise<StateValues> {
  try {
    const weights = weightsOf(run, model)
    await runner.write(weights)
    return weights
  } catch (error) {
    await runner.dispose()
    throw error
  }
}
