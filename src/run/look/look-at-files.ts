/** Makes the report of `train data FILE`: what the columns of files look like, and a spec that trains on them. */
import { dirname } from 'node:path'
import { seenFrom } from '../../data/own/paths.js'
import { quoted } from '../../data/own/problem.js'
import type { DataWatch } from '../../data/watch.js'
import type { DataReport } from '../../export/data-report.js'
import { ownData } from '../../spec/own-data.js'
import { orThrow, readText } from '../read-spec.js'
import { ownVersion } from '../versions.js'
import { folderText } from './folder-text.js'
import { type Looked, lookAtSpec } from './look-at-spec.js'
import { type Proposal, propose } from './proposal.js'
import { specText } from './spec-text.js'
import { type Survey, survey } from './survey.js'
import { outlierWarnings } from './warnings.js'

export interface FilesRequest {
  /** Paths or patterns. */
  readonly files: readonly string[]
  /** Column to predict. */
  readonly target: string | undefined
  /** Path of the spec that is proposed, to whose folder its paths are relative. */
  readonly place: string
  /** True if training pictures are wanted for a contact sheet. */
  readonly withPictures?: boolean
  readonly watch: DataWatch
}

/** Throws a UserError for files that cannot be read, for a target that is no column, and for a spec that has a problem. */
export async function lookAtFiles({ files, target, place, withPictures, watch }: FilesRequest): Promise<Looked> {
  const lookAt = async (text: string) => {
    const { spec, data } = orThrow(await readText(text, place, [], watch), 'The spec that would be proposed')
    const { report, pictures } = await lookAtSpec(spec, data, withPictures)
    return { report: { ...report, proposal: text }, pictures }
  }
  const folder = await folderText(files, target, dirname(place), watch)
  if (folder !== undefined) return lookAt(folder)
  const found = await survey(files, target, ownData.parse({ source: [...files] }), watch)
  const proposal = propose(found, target)
  const paths = files.map((file) => seenFrom(dirname(place), file))
  const text = specText({ survey: found, proposal, source: paths.length === 1 ? paths[0]! : paths })
  const columns = columnsOf(found, proposal)
  if (proposal.target === null) {
    const report = { ...unsplit(found.file), columns, warnings: ownWarnings(found, columns), proposal: text }
    return { report, pictures: null }
  }
  const { report, pictures } = await lookAt(text)
  const used = new Map(report.columns.map((column) => [column.name, column]))
  const whole = {
    ...report,
    columns: columns.map((column) => used.get(column.name) ?? column),
    warnings: [...unreadableWarnings(found), ...report.warnings],
  }
  return { report: whole, pictures }
}

/** Columns without a spec. */
const columnsOf = (found: Survey, { ignored }: Proposal): DataReport['columns'] =>
  Object.entries(found.columns).map(
    ([name, { shape: _, isBytes: __, isCopy: ___, odd: ____, isProse: _____, ...summary }]) => {
      const why = Object.hasOwn(ignored, name) ? ignored[name]! : null
      return { name, use: why === null ? 'input' : 'none', type: null, why, ...summary }
    },
  )

const ownWarnings = (found: Survey, columns: DataReport['columns']): DataReport['warnings'] => [
  ...unreadableWarnings(found),
  ...columns.flatMap((column) => outlierWarnings(column)),
]

const unreadableWarnings = ({ unreadable }: Survey): DataReport['warnings'] =>
  Object.entries(unreadable).map(([name, why]) => ({
    code: 'unreadable',
    message: `column ${quoted(name)} cannot be read, and is left out (${why})`,
  }))

/** The fields of a report without a target. */
const unsplit = (file: string) => ({
  version: 1 as const,
  trainspec: ownVersion(),
  name: file,
  data: file,
  rows: null,
  dropped: 0,
  split: null,
  targets: [],
  fields: [],
  repeats: null,
  samples: [],
  texts: [],
  first: null,
  batch: null,
})
