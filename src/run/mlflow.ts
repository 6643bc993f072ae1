/** Gives the runs of a command to a tracking server of MLflow, while training goes on. */
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileProblem } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import type { MlflowClient, MlflowRun, RunStatus } from '../export/mlflow-client.js'
import type { StageBeginEvent, StageEndEvent, WorkEvent } from './work-events.js'

export interface MlflowTeller {
  event(event: WorkEvent): void
  /** Ends a run that has not ended, because an error ended the command. */
  failed(): void
  /** Waits until the server has everything. */
  close(): Promise<void>
}

/** `onProblem` is called once; after it the server is left alone. */
export function tellMlflow(client: MlflowClient, onProblem: (words: string) => void): MlflowTeller {
  let work: Promise<void> = Promise.resolve()
  let hasFailed = false
  let run: MlflowRun | null = null
  let stage: StageBeginEvent | undefined
  let fold: number | null = null
  /** Does work after what was asked for before. */
  const then = (next: () => Promise<void>) => {
    work = work.then(async () => {
      if (hasFailed) return
      try {
        await next()
      } catch (error) {
        const words = error instanceof UserError ? error.message : fileProblem(error)
        if (words === undefined) throw error
        hasFailed = true
        onProblem(words)
      }
    })
    // `close` throws the error
    work.catch(() => {})
  }
  const begin = ({ stage: { spec, title }, directory }: StageBeginEvent) => {
    const parts = [spec.name, title, fold === null ? null : `fold ${fold}`].filter((part) => part !== null)
    const tags = { 'mlflow.runName': parts.join(', '), 'mlflow.source.name': 'trainspec', directory: directory ?? '' }
    then(async () => {
      run = await client.createRun(spec.name, tags)
      await client.logParameters(run, Object.fromEntries(leaves(spec)))
    })
  }
  const finish = ({ directory, tested }: StageEndEvent) => {
    const { end, test } = tested
    const values = Object.fromEntries(Object.entries(test ?? {}).map(([key, value]) => [`test_${key}`, value]))
    then(async () => {
      if (test !== null) await client.logMetrics(run!, { step: end.epochs, values })
      for (const path of directory === null ? [] : await filesIn(directory)) {
        await client.upload(run!, relative(directory!, path).replaceAll('\\', '/'), path)
      }
      await client.end(run!, STATUS[end.reason] ?? 'FINISHED')
      run = null
    })
  }
  return {
    event(event) {
      if (event.type === 'fold') fold = event.fold
      else if (event.type === 'stageBegin') stage = event
      else if (event.type === 'start') begin(stage!)
      else if (event.type === 'epochEnd') {
        const { epoch: step, metrics, learningRate } = event
        then(() => client.logMetrics(run!, { step, values: { ...metrics, learning_rate: learningRate } }))
      } else if (event.type === 'stageEnd') finish(event)
    },
    failed: () => then(async () => (run === null ? undefined : client.end(run, 'FAILED'))),
    close: () => work,
  }
}

const STATUS: Readonly<Record<string, RunStatus>> = { interrupted: 'KILLED', diverged: 'FAILED', missing_row: 'FAILED' }

/** The files of a run but those of its stages and folds, which are runs of their own. */
async function filesIn(directory: string): Promise<string[]> {
  const found = await readdir(directory, { withFileTypes: true })
  const model = join(directory, 'model')
  const inside = found.some(({ name }) => name === 'model') ? await readdir(model) : []
  return [
    ...found.filter((entry) => entry.isFile()).map(({ name }) => join(directory, name)),
    ...inside.map((name) => join(model, name)),
  ]
}

/** The values of a spec by their paths: `optimizer.learning_rate`, `model.layers.0.units`. */
function leaves(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
  }
  return path === '' || value === undefined ? [] : [[path.replaceAll(/[^\w\-. :/]/g, '_').slice(0, 250), String(value)]]
}
