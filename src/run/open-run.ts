/** Reads the folder of a run: its spec and its trained weights. */
import { join } from 'node:path'
import type { OpenData } from '../data/data.js'
import type { DataWatch } from '../data/watch.js'
import type { StateValues } from '../engine/engine.js'
import { readModel, type SavedModel, weightsFor } from '../export/saved-model.js'
import type { Saveable } from '../model/saveable.js'
import type { Override } from '../spec/override.js'
import { RUN_FILES } from '../spec/run-files.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { specOf } from './open-model.js'
import { requireSpec } from './read-spec.js'
import type { Session } from './session.js'

/** The contents of a run's folder. */
export interface StoredRun {
  readonly directory: string
  /** With the overrides applied. */
  readonly spec: ResolvedSpec
  /** The data of the spec, which are not read yet. */
  readonly data: OpenData
  readonly model: SavedModel
}

/** Reads the spec and the model of a run. Overrides change fields of the spec. */
export async function readRun(
  directory: string,
  overrides: readonly Override[],
  stdin: NodeJS.ReadableStream,
  watch?: DataWatch,
): Promise<StoredRun> {
  const { spec, data } = await requireSpec(await specOf(directory), overrides, stdin, watch, { isTrained: true })
  return { directory, spec, data, model: await readModel(join(directory, RUN_FILES.model)) }
}

/** The trained weights of a run, by their names in programs. */
export const weightsOf = ({ model: stored }: StoredRun, model: Saveable): StateValues => weightsFor(stored, model)

/**
 * Writes the trained weights of a run into a session and returns them. If they do not fit, disposes the
 * session.
 */
export async function writeWeights(run: StoredRun, session: Session): Promise<StateValues> {
  try {
    const weights = weightsOf(run, session.model)
    await session.runner.write(weights)
    return weights
  } catch (error) {
    await session.dispose()
    throw error
  }
}
