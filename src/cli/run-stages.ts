/** Trains the stages of a spec one after another, and writes the results of each into the folder of the run. */
import { join } from 'node:path'
import { inWords } from '../base/file-problem.js'
import type { Issue } from '../base/issue.js'
import type { Data } from '../data/data.js'
import type { StateValues } from '../engine/engine.js'
import { historyFile } from '../export/history-writer.js'
import { saveModel } from '../export/model.js'
import { nextData } from '../run/next-data.js'
import { createFolder, openResults, writeSpec } from '../run/results.js'
import type { Session } from '../run/session.js'
import { asLayers, type Stage, stagesOf } from '../run/stages.js'
import { RUN_FILES } from '../spec/run-files.js'
import { isStacked, type ResolvedSpec } from '../spec/spec.js'
import type { Metrics } from '../training/events.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { codeOfInterruption, type Interrupt } from './interrupt.js'
import { type Io, say, type Voice } from './io.js'
import type { OverrideOptions } from './overrides.js'
import type { PlaceOptions } from './places.js'
import type { Opened } from './prepare.js'
import { type Ended, type ShowOptions, trainAndTest } from './train-and-test.js'
import { userHistory } from './user-history.js'

export interface TrainOptions extends OverrideOptions, PlaceOptions, ShowOptions {
  readonly workers: number | undefined
}

export const BEFORE_TRAINING = 'Interrupted before training began; nothing was written.'

export interface Work {
  readonly spec: ResolvedSpec
  /** Warnings about the spec and the data. */
  readonly warnings: readonly Issue[]
  readonly options: TrainOptions
  readonly io: Io
  readonly voice: Voice
  readonly interrupt: Interrupt
  /** Receives a message for each place beside the folder of the run that could not be written. */
  readonly unwritten: string[]
  readonly opened: Opened
}

/** How the stages ended, and the measures of the model that the last one left; null if it left none. */
export interface StagesEnd {
  readonly code: ExitCode
  readonly scores: Metrics | null
}

/** Trains the stages one after another, until one is interrupted or fails. */
export async function runStages(work: Work): Promise<StagesEnd> {
  const { spec, options, interrupt, opened } = work
  const stages = stagesOf(spec, opened.data.form)
  const trained: StateValues[] = []
  let data: Data = opened.data
  let directory: string | undefined
  let scores: Metrics | null = null
  for (const [index, stage] of stages.entries()) {
    if (interrupt.signal.aborted) return { code: interruptedBefore(stage, directory, work), scores: null }
    const session = await opened.compile(stage.spec, data)
    try {
      if (interrupt.signal.aborted) return { code: interruptedBefore(stage, directory, work), scores: null }
      if (stage.first) await session.runner.write(stage.first(trained))
      directory ??= await createFolder(spec, options.out, opened.data.preparation)
      const {
        code,
        reason,
        scores: found,
      } = await runStage(work, stage, session, directory, index === stages.length - 1)
      const next = stages[index + 1]
      const isWhole = !next && !(isStacked(spec) && spec.model.fine_tune === null)
      if (interrupt.signal.aborted && reason !== 'interrupted' && !isWhole) say(work.io, wordsAfter(next, directory))
      scores = found
      if (code !== EXIT.done) return { code, scores }
      if (stage.folder !== null) trained.push(await session.runner.read())
    } finally {
      await session.dispose()
    }
    const next = stages[index + 1]
    if (!next) continue
    interrupt.begin('idle', wordsBefore(next, directory))
    const made = await dataFor(next, { stage, weights: trained.at(-1)!, data }, work)
    if (made === null) return { code: interruptedBefore(next, directory, work), scores: null }
    data = made
  }
  if (isStacked(spec) && spec.model.fine_tune === null) {
    const { model, weights } = asLayers(spec, opened.data.form, trained)
    const place = join(directory!, RUN_FILES.model)
    const options = { within: directory, checksum: true }
    await interrupt.saving(() => inWords('save the model', () => saveModel(place, model, weights, options)))
  }
  return { code: EXIT.done, scores }
}

/** Trains one stage. The history of the last one is also that of the run. */
async function runStage(
  { warnings, options, io, voice, interrupt, unwritten, opened }: Work,
  stage: Stage,
  session: Session,
  directory: string,
  isLast: boolean,
): Promise<Ended> {
  const { spec, title, folder, alone } = stage
  const { signal } = interrupt
  const place = folder === null ? directory : join(directory, folder)
  const ofRun = folder !== null && isLast ? [RUN_FILES.rows, RUN_FILES.history] : []
  const results = await openResults({
    directory: place,
    run: directory,
    model: session.model,
    ofRun: ofRun.map((file) => historyFile(join(directory, file))),
    others: isLast ? userHistory(options, io, signal) : [],
    saving: interrupt.saving,
    warn(text) {
      unwritten.push(text)
      voice.say(`Warning: ${text}. Training continues; the exit code will be ${EXIT.badInput}.`)
    },
  })
  try {
    if (folder !== null && alone) await writeSpec(place, spec, opened.data.preparation)
    if (title !== null && options.verbose !== '0') say(io, title)
    interrupt.begin('training', `Stopped at once; the model and history.json were not written. Files: ${place}`)
    const { engine } = opened
    return await trainAndTest({
      ...{ spec, warnings, session, engine, results, signal },
      ...{ options, io, voice, pictures: alone },
    })
  } finally {
    await results.close()
  }
}

interface Done {
  readonly stage: Stage
  readonly weights: StateValues
  /** The data set that it was trained on. */
  readonly data: Data
}

/** Returns the data of the next stage, or null when interrupted. */
async function dataFor(
  next: Stage,
  { stage, weights, data }: Done,
  { interrupt: { signal }, opened }: Work,
): Promise<Data | null> {
  // the network is trained on the data of the spec
  if (next.folder === null) return opened.data
  try {
    return await opened.waiting('Computing the data of the next RBM', () =>
      nextData(stage.spec, weights, data, opened.engine, signal),
    )
  } catch (error) {
    if (signal.aborted) return null
    throw error
  }
}

function interruptedBefore(stage: Stage, directory: string | undefined, { io, interrupt }: Work): ExitCode {
  say(io, wordsBefore(stage, directory))
  return codeOfInterruption(interrupt.signal)
}

/** The message for a signal after the last epoch of a stage, which prevents what should follow. */
const wordsAfter = (next: Stage | undefined, directory: string): string =>
  next ? wordsBefore(next, directory) : `Interrupted before the model of the stack was saved. Files: ${directory}`

const wordsBefore = ({ title }: Stage, directory: string | undefined): string =>
  directory === undefined ? BEFORE_TRAINING : `Interrupted before this stage began: ${title}. Files: ${directory}`
