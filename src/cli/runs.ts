/** `train runs [FOLDER...]`: lists runs, and follows those that are under way. */
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../base/issue.js'
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
  let shown = ''
  let rows = 0
  for (let runs = first; ; runs = await list()) {
    const now = JSON.stringify(runs.map(({ bytes: _, ...run }) => run))
    if (redraws || now !== shown) {
      const lines = fitting(runsLines({ runs }, Date.now()), redraws ? stdout : {})
      stdout.write(`${rows > 0 ? `\x1b[${rows}A\x1b[J` : ''}${lines.join('\n')}\n`)
      rows = redraws ? lines.length : 0
      shown = now
    }
    if (!isRead || runs.every(({ state }) => state !== 'under_way')) return
    await delay(PAUSE)
  }
}

/** Cuts lines and columns that do not fit the terminal, so that each line is one row and all can be drawn again. */
const fitting = (
  lines: readonly string[],
  { columns, rows }: Partial<Pick<NodeJS.WriteStream, 'columns' | 'rows'>>,
): string[] => lines.slice(0, rows ? rows - 1 : lines.length).map((line) => (columns ? line.slice(0, columns) : line))
