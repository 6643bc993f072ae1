/** `train runs [FOLDER...]`: lists runs, and follows those that are under way. */
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../base/issue.js'
import { liveBlock } from '../report/live-block.js'
import { runsLines } from '../report/runs.js'
import { type ListedRun, listRuns } from '../run/list-runs.js'
import { ownVersion } from '../run/versions.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { type Io, mayRedraw } from './io.js'
import { type ReportOptions, writeReport } from './report.js'

export interface RunsOptions extends ReportOptions {
  readonly watch: true | undefined
}

/** Folder of all runs. */
const DEFAULT = 'runs'

/** Milliseconds between two looks at the files. */
const PAUSE = 1000

export async function showRuns(given: readonly string[], options: RunsOptions, io: Io): Promise<ExitCode> {
  if (options.json && options.watch)
    throw new UserError('--json and --watch: give one of them; for a program, `train --events` follows a run.')
  const folders = given.length > 0 || !existsSync(DEFAULT) ? given : [DEFAULT]
  const list = () => listRuns(folders)
  const runs = await list()
  if (options.watch) await follow(runs, list, io)
  else
    writeReport(
      { version: 1 as const, trainspec: ownVersion(), runs },
      (report) => runsLines(report, Date.now()),
      options,
      io,
    )
  return EXIT.done
}

/** Shows the list until no run is under way: in a terminal in one place, else again after each change of a run. */
async function follow(first: ListedRun[], list: () => Promise<ListedRun[]>, io: Io): Promise<void> {
  const { stdout } = io
  const redraws = mayRedraw(io, stdout)
  let isRead = true
  stdout.on('error', () => {
    isRead = false
  })
  const block = liveBlock(stdout)
  let shown = ''
  for (let runs = first; ; runs = await list()) {
    const lines = runsLines({ runs }, Date.now())
    const now = JSON.stringify(runs.map(({ bytes: _, ...run }) => run))
    if (redraws) block.draw(lines)
    else if (now !== shown) stdout.write(`${lines.join('\n')}\n`)
    shown = now
    if (!isRead || runs.every(({ state }) => state !== 'under_way')) return
    await delay(PAUSE)
  }
}
