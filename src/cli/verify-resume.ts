/** `train verify-resume SPEC`: trains a spec without a break, and killed and resumed, and compares the two runs. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, normalize } from 'node:path'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { counted, doneWith } from '../base/temporary.js'
import { checkEmpty } from '../export/run-directory.js'
import type { VerifyReport } from '../export/verify-report.js'
import { formatDuration } from '../report/numbers.js'
import { verifyLines } from '../report/verify.js'
import { LEFT_OUT } from '../run/verify/comparable.js'
import { compareFiles } from '../run/verify/compare-files.js'
import { checkpointEvery, killMoments } from '../run/verify/kill-moments.js'
import type { Place } from '../run/verify/progress.js'
import { ownVersion } from '../run/versions.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, say } from './io.js'
import type { OverrideOptions } from './overrides.js'
import { readWatched } from './read-watched.js'
import { type ReportOptions, writeReport } from './report.js'
import { type Kill, trainKilled, trainStraight } from './train-killed.js'

export interface VerifyOptions extends OverrideOptions, ReportOptions {
  readonly kills: number
  readonly seed: number
  readonly workers: number | undefined
  readonly keep: string | undefined
}

/** Prints to standard output what was compared, and to standard error what happens meanwhile. */
export async function verifyResume(file: string, options: VerifyOptions, io: Io): Promise<ExitCode> {
  if (file === '-') throw new UserError('The spec is read by several processes, so it must be a file.')
  const { keep } = options
  if (keep !== undefined) await checkEmpty(keep)
  const { spec } = await readWatched(file, options, io)
  checkVerifiable(spec)
  const folder =
    keep ?? counted(await inWords('create a temporary folder', () => mkdtemp(join(tmpdir(), 'train-verify-'))))
  try {
    return await interruptible(io, async (signal) => {
      const report = await verify({ file, spec, folder, options, signal, io })
      writeReport(report, verifyLines, options, io)
      return report.equal ? EXIT.done : EXIT.expectationFailed
    })
  } finally {
    if (keep === undefined) {
      await rm(folder, { recursive: true, force: true })
      doneWith(folder)
    }
  }
}

/** Throws a UserError if two runs of a spec are never the same, or write the same file. */
function checkVerifiable({ callbacks }: ResolvedSpec): void {
  for (const callback of callbacks) {
    if (callback.type === 'TimeBudget') {
      throw new UserError('A run with TimeBudget ends by the clock, so no two runs need to be equal. Leave it out.')
    }
    if (callback.type !== 'CSVLogger' || isWithin(callback.filename)) continue
    throw new UserError(
      `CSVLogger writes ${callback.filename}, outside the folder of the run, so both runs would add to it. Name a file inside.`,
    )
  }
}

/** True for a path that stays in the folder to which it is relative. */
const isWithin = (path: string): boolean => !isAbsolute(path) && !normalize(path).startsWith('..')

interface Verification {
  readonly file: string
  readonly spec: ResolvedSpec
  /** Gets both runs. */
  readonly folder: string
  readonly options: VerifyOptions
  readonly signal: AbortSignal
  readonly io: Io
}

async function verify({ file, spec, folder, options, signal, io }: Verification): Promise<VerifyReport> {
  const { kills, seed } = options
  const [straight, resumed] = [join(folder, 'straight'), join(folder, 'resumed')]
  const args = [file, ...argsOf(options)]
  const tell = (text: string) => say(io, text)
  tell('Training without a break.')
  const whole = await trainStraight([...args, '--out', straight], signal)
  const every = checkpointEvery(whole.steps, kills)
  tell(
    `It took ${formatDuration(whole.seconds)}, ${whole.steps} steps. Training again, with a checkpoint every ${every}.`,
  )
  const again = [...args, '--set', `checkpoint={"every":${every}}`, '--out', resumed, '--resume']
  const moments = killMoments(whole.marks, kills, seed)
  const killed = await trainKilled(again, whole, { folder: resumed, moments, signal, tell })
  const compared = killed.failure === null ? await compareFiles(straight, resumed) : []
  return {
    version: 1,
    trainspec: ownVersion(),
    name: spec.name,
    engine: whole.engine,
    equal: killed.failure === null && compared.every(({ equal }) => equal),
    seed,
    checkpoint_every: every,
    kills: killed.kills.map(killOf),
    failure: killed.failure,
    compared,
    left_out: [...LEFT_OUT],
  }
}

const argsOf = ({ set, engine, device, workers }: VerifyOptions): string[] => [
  ...set.flatMap((one) => ['--set', one]),
  ...(engine === undefined ? [] : ['--engine', engine]),
  ...(device === undefined ? [] : ['--device', device]),
  ...(workers === undefined ? [] : ['--workers', String(workers)]),
]

const killOf = ({ after, milliseconds, unfinished, resumedFrom }: Kill): VerifyReport['kills'][number] => ({
  after: finitePlace(after),
  milliseconds: Math.round(milliseconds),
  unfinished: [...unfinished],
  resumed_from: finitePlace(resumedFrom),
})

/** JSON has no infinity. */
const finitePlace = (place: Place | null): VerifyReport['kills'][number]['after'] =>
  place && {
    training: place.training,
    epoch: Number.isFinite(place.epoch) ? place.epoch : null,
    step: Number.isFinite(place.epoch) && Number.isFinite(place.step) ? place.step : null,
  }
