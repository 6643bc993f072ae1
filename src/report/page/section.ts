/** Parts of the page of a run. */
import type { DataForm } from '../../base/form.js'
import type { History } from '../../export/history.js'
import type { SummaryReport } from '../../export/summary-report.js'
import type { Mistake, TestAnswers } from '../../export/test-answers.js'
import type { Html } from './html.js'

export interface RunPage {
  /** Path of the run, as it was given. */
  readonly label: string
  readonly history: History
  /** The text of its spec. */
  readonly spec: string
  /** Null for a model that was imported. */
  readonly model: Pick<SummaryReport, 'layers' | 'parameters'> | null
  readonly form: DataForm | null
  /** Each output with its worst mistakes. Empty if the test was not reached, or was left out. */
  readonly outputs: readonly { readonly answers: TestAnswers; readonly mistakes: readonly Mistake[] }[]
  /** PNG pictures of an RBM by their names. */
  readonly pictures: readonly { readonly name: string; readonly png: Uint8Array }[]
}

/** A part of the page; null if the run has nothing for it. */
export interface Section {
  readonly id: string
  readonly title: string
  readonly body: Html
}

export const pngAddress = (png: Uint8Array): string => `data:image/png;base64,${Buffer.from(png).toString('base64')}`
