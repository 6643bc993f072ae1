/** Trains the stages of a spec one after another, and writes the results of each into the folder of the run. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { inWords } from '../base/file-problem.js'
import type { Data } from '../data/data.js'
import type { StateValues } from '../engine/engine.js'
import type { Group } from '../engine/group.js'
import { saveModel } from '../export/model.js'
import type { Lock } from '../export/run-lock.js'
import { RUN_FILES } from '../spec/run-files.js'
import { isStacked } from '../spec/spec.js'
import { type Measured, scoresOf } from '../training/gate.js'
import { agreed } from './agree.js'
import { fitCheckpoint, refuseOtherData } from './fit-checkpoint.js'
import { isFirstHost, ofFirstHost } from './host-group.js'
import { nextData } from './next-data.js'
import { createFolder, reopenFolder, writeSpec } from './results.js'
import { type EndedStage, endedStage, NO_POINT, type ResumePoint, type ResumeWork, resumePoint } from './resume.js'
import { openSession, type Session } from './session.js'
import { asLayers, type Stage, stagesOf } from './stages.js'
import { folderOf, outcomeOf, trainStage } from './train-stage.js'
import type { Work } from './work.js'
import type { StagesEnd, WorkEvent } from './work-events.js'

/** Trains the stages one after another, until one is interrupted or fails. */
export async function* trainStages(work: Work): AsyncGenerator<WorkEvent, StagesEnd> {
  return yield* new StagedRun(await agreed(work)).events()
}

class StagedRun {
  readonly #stages: readonly Stage[]
  /** True if the RBMs of a stack become the layers of a network that is not fine-tuned. */
  readonly #becomesLayers: boolean
  /** Null for a run that writes nothing; undefined before it is created. */
  #directory: string | null | undefined
  #lock: Lock | undefined
  /** The data of the stage that is next. */
  #data: Data
  /** The weights of each RBM that has been trained. */
  readonly #trained: StateValues[] = []
  /** The numbers of the last stage that was trained. */
  #measured: Measured | null = null

  constructor(private readonly work: Work) {
    const { spec, data, out, resume } = work
    this.#stages = stagesOf(spec, data.form)
    this.#becomesLayers = isStacked(spec) && spec.model.fine_tune === null
    this.#directory = out === null || resume ? out : undefined
    this.#data = data
  }

  async *events(): AsyncGenerator<WorkEvent, StagesEnd> {
    try {
      await this.#reopen()
      return (yield* this.#trainAll()) ?? (await this.#finish())
    } finally {
      await this.#lock?.release()
    }
  }

  /** Returns how the run ended if it did before the last stage had ended well, else null. */
  async *#trainAll(): AsyncGenerator<WorkEvent, StagesEnd | null> {
    for (const [index, stage] of this.#stages.entries()) {
      if (this.work.host.signal.aborted) return this.#interruptedBefore(stage)
      const next = this.#stages[index + 1] ?? null
      const ended = await this.#endedBefore(stage)
      if (ended) {
        this.#trained.push(ended.weights)
        this.#measured = ended.measured
      } else {
        const end = yield* this.#train(stage, next)
        if (end) return end
      }
      if (next && !(await this.#makeData(stage, next))) return this.#interruptedBefore(next)
    }
    return null
  }

  async #reopen(): Promise<void> {
    const { out, resume } = this.work
    if (resume) this.#lock = (await reopenFolder(out!)).lock
  }

  /** The stage as it ended before the run was resumed; null if it has not. */
  async #endedBefore(stage: Stage): Promise<EndedStage | null> {
    const { resume, out, engine } = this.work
    if (stage.folder === null) return null
    return ofFirstHost(engine.group, async () =>
      resume ? endedStage(stage, this.#data.form, folderOf(stage, out!)) : null,
    )
  }

  /** Trains a stage. Returns how the run ended if the stage did not end well, else null. */
  async *#train(stage: Stage, next: Stage | null): AsyncGenerator<WorkEvent, StagesEnd | null> {
    const { engine, workers, start, host, resume, out } = this.work
    const own = resume ? await resumePoint(folderOf(stage, out!), resume, engine) : NO_POINT
    const warnings = [...own.warnings]
    const warn = (text: string) => warnings.push(text)
    const session = await host.waiting(`Compiling for ${engine.name}`, () =>
      openSession(stage.spec, this.#data, engine, { warn, workers, start }),
    )
    try {
      if (resume) warnings.push(...(await this.#goOn(stage, session, own, resume)))
      for (const text of warnings) yield { type: 'engineWarning', text }
      if (host.signal.aborted) return this.#interruptedBefore(stage)
      if (stage.first && !own.checkpoint) await session.runner.write(stage.first(this.#trained))
      const point = engine.group ? await beginAsFirst(engine.group, session, own) : own
      const directory = await this.#created()
      const left = next ? beforeStage(next) : this.#becomesLayers ? 'the model of the stack was saved' : null
      const tested = yield* trainStage(this.work, { stage, session, point, run: directory, isLast: !next, left })
      this.#measured = tested.measured
      const outcome = outcomeOf(tested, host.signal)
      if (outcome !== 'done') {
        return { outcome, directory, scores: tested.scores, measured: tested.measured, before: null }
      }
      if (stage.folder !== null) this.#trained.push(await session.runner.read())
      return null
    } finally {
      await session.dispose()
    }
  }

  /**
   * Gives a session the state of a checkpoint. Returns warnings. Throws a UserError if it does not fit the spec or the
   * data; before, nothing in the folder is changed.
   */
  async #goOn(stage: Stage, session: Session, point: ResumePoint, resume: ResumeWork): Promise<readonly string[]> {
    const { spec, data, out } = this.work
    const warnings: string[] = []
    if (point.checkpoint) {
      refuseOtherData(point.checkpoint, data, resume)
      const fitted = await fitCheckpoint(session, point.checkpoint, point.takeValues(), resume)
      await session.runner.write(fitted.values)
      warnings.push(...fitted.warnings)
    }
    if (resume.isChanged) await writeSpec(out!, spec, data.preparation)
    // a run that goes on has none
    await rm(join(folderOf(stage, out!), RUN_FILES.history), { force: true })
    return warnings
  }

  /** The folder of the run, which is created if it is not there. */
  async #created(): Promise<string | null> {
    const { spec, data, out } = this.work
    if (this.#directory === undefined) {
      const own = await createFolder(spec, out!, data.preparation)
      this.#lock = own.lock
      this.#directory = own.directory
    }
    return this.#directory
  }

  /** Makes the data of the next stage. Returns false when interrupted. */
  async #makeData(stage: Stage, next: Stage): Promise<boolean> {
    const {
      data,
      engine,
      host: { signal, waiting },
    } = this.work
    const weights = this.#trained.at(-1)!
    try {
      // the network is trained on the data of the spec
      this.#data =
        next.folder === null
          ? data
          : await waiting('Computing the data of the next RBM', () =>
              nextData(stage.spec, weights, this.#data, engine, signal),
            )
      return true
    } catch (error) {
      if (signal.aborted) return false
      throw error
    }
  }

  async #finish(): Promise<StagesEnd> {
    const { spec, data, host } = this.work
    const directory = this.#directory ?? null
    if (directory !== null && isStacked(spec) && this.#becomesLayers) {
      const { model, weights } = asLayers(spec, data.form, this.#trained)
      const place = join(directory, RUN_FILES.model)
      const options = { within: directory, checksum: true }
      await host.saving(() => inWords('save the model', () => saveModel(place, model, weights, options)))
    }
    const measured = this.#measured
    return { outcome: 'done', directory, scores: measured && scoresOf(measured), measured, before: null }
  }

  #interruptedBefore(stage: Stage): StagesEnd {
    const directory = this.#directory ?? null
    const before = this.#directory === undefined ? 'training began' : beforeStage(stage)
    return { outcome: 'interrupted', directory, scores: null, measured: null, before }
  }
}

/** Begins with the state of the first host, at its place. */
async function beginAsFirst(group: Group, { runner }: Session, own: ResumePoint): Promise<ResumePoint> {
  const first = await ofFirstHost(group, async () => ({ checkpoint: own.checkpoint, values: await runner.read() }))
  if (isFirstHost(group)) return own
  await runner.write(first.values)
  return { ...NO_POINT, checkpoint: first.checkpoint }
}

const beforeStage = ({ title }: Stage): string => `this stage began: ${title}`
