/** Opens a trained model: its spec, the form of its data, how rows become its inputs, and its weights. */
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Named } from '../base/field.js'
import { classesOf, type DataForm, inputShapes, soleInput } from '../base/form.js'
import { UserError } from '../base/issue.js'
import { sizeOf } from '../base/shape.js'
import { within, withPaths } from '../data/own/paths.js'
import type { SavedPreparation } from '../data/saved-preparation.js'
import { readPreparation } from '../export/preparation-file.js'
import { readModel, weightsFor } from '../export/saved-model.js'
import { buildModel, type Model } from '../model/model.js'
import { buildClassRbm } from '../model/rbm/class-rbm.js'
import { buildRbm } from '../model/rbm/rbm.js'
import type { Saveable } from '../model/saveable.js'
import { outputsOf } from '../spec/outputs.js'
import type { Override } from '../spec/override.js'
import { labelsOf } from '../spec/rbm.js'
import { RUN_FILES } from '../spec/run-files.js'
import { isSupervised, type ResolvedSpec, type StageSpec } from '../spec/spec.js'
import { preparedData } from './prepared-data.js'
import { specAlone } from './read-spec.js'
import { soleSpec } from './stages.js'
import { finite, NO_MEANS } from './trained-weights.js'

export interface TrainedModel {
  /** The folder of the run; null for a model that is only in memory. */
  readonly directory: string | null
  /** With everything decided. Its paths are relative to the current folder. */
  readonly spec: StageSpec
  /** The inputs and targets of the model, and the numbers of rows in training. */
  readonly form: DataForm
  readonly preparation: SavedPreparation
  readonly model: Saveable
  /** The same model if it is a network, else null. */
  readonly network: Model | null
  /** Trained values of each weight, by the names in programs. */
  readonly weights: Named<Float32Array>
}

/** A trained model in the folder of a run. */
export interface StoredModel extends TrainedModel {
  readonly directory: string
}

/**
 * Opens the model of a run. Reads no data, and opens no engine. Overrides change fields of the spec. Throws a UserError
 * if the folder is not that of a finished run, or if a weight is not finite, unless that may be.
 */
export async function openModel(
  directory: string,
  overrides: readonly Override[] = [],
  { mayDiverge = false } = {},
): Promise<StoredModel> {
  const path = await specOf(directory)
  const found = await readPreparation(join(directory, RUN_FILES.preparation))
  const preparation = found.preparation as SavedPreparation
  const { form } = preparation
  const given =
    (await unchangedSpec(path, overrides, found.wroteSpec)) ?? (await checkedSpec(path, overrides, found.isFor, form))
  const spec = soleSpec(given, form)
  const built = modelOf(spec, form)
  const saved = await readModel(join(directory, RUN_FILES.model))
  const weights = weightsFor(saved, built.model)
  return { directory, spec, form, preparation, ...built, weights: mayDiverge ? weights : finite(saved.path, weights) }
}

/**
 * Returns the spec as the run has written it, which was checked then; null if it was changed, or if overrides change more
 * than the engine.
 */
async function unchangedSpec(
  path: string,
  overrides: readonly Override[],
  isWritten: (text: string) => boolean,
): Promise<ResolvedSpec | null> {
  if (overrides.some(({ path: field }) => String(field) !== 'engine')) return null
  const text = await readFile(path, 'utf8')
  if (!isWritten(text)) return null
  const { start: _, ...spec } = JSON.parse(text)
  return { ...spec, ...changes(overrides), data: withPaths(spec.data, (one) => within(dirname(path), one)) }
}

const changes = (overrides: readonly Override[]) =>
  Object.fromEntries(overrides.map(({ path, value }) => [path[0]!, value]))

async function checkedSpec(
  path: string,
  overrides: readonly Override[],
  isPreparedFor: (data: string) => boolean,
  form: DataForm,
): Promise<ResolvedSpec> {
  const { spec, issue, written } = await specAlone(path, overrides)
  if (!isPreparedFor(preparedData(written))) {
    throw new UserError(
      `${path}: "data" says otherwise than in training how rows are prepared; the model can only use rows as it was trained on them.`,
    )
  }
  const problems = (await import('./check-spec.js')).checkSpec(spec, form)
  if (problems.length > 0) throw new UserError(`${path} and its model have problems.`, problems.map(issue))
  return spec
}

/** The model of a run that has just been trained. Its weights are finite. */
export function trainedModel({
  directory,
  spec: { start: _, ...spec },
  preparation,
  weights,
}: Pick<TrainedModel, 'directory' | 'spec' | 'preparation' | 'weights'>): TrainedModel {
  const { form } = preparation
  return { directory, spec, form, preparation, ...modelOf(spec, form), weights }
}

/** True if a folder has the preparation of its data. An imported model has none. */
export const isPrepared = async (directory: string): Promise<boolean> =>
  (await stat(join(directory, RUN_FILES.preparation)).catch(() => undefined)) !== undefined

/** Returns the path of the spec of a run. Throws a UserError if a folder has none. */
export async function specOf(directory: string): Promise<string> {
  const path = join(directory, RUN_FILES.spec)
  if (await stat(path).catch(() => undefined)) return path
  const found = await stat(directory).catch(() => undefined)
  const why = found === undefined ? 'no such folder' : `it has no ${RUN_FILES.spec}`
  throw new UserError(`${directory} is not the folder of a run: ${why}`)
}

function modelOf(spec: StageSpec, form: DataForm): Pick<TrainedModel, 'model' | 'network'> {
  const { seed } = spec
  if (isSupervised(spec)) {
    const network = buildModel(spec.model, inputShapes(form), seed, outputsOf(spec))
    return { model: network, network }
  }
  const visibleUnits = sizeOf(soleInput(form).shape)
  const model = labelsOf(spec.training)
    ? buildClassRbm(spec.model, { visibleUnits, classes: classesOf(form) }, seed, NO_MEANS)
    : buildRbm(spec.model, visibleUnits, seed, NO_MEANS)
  return { model, network: null }
}
