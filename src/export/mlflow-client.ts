/** Talks to a tracking server of MLflow by its REST API, version 2.0 (mlflow.org/docs/latest/api_reference/rest-api.html). */
import { readFile } from 'node:fs/promises'
import { UserError } from '../base/issue.js'

/** Milliseconds that a server has for an answer. */
const ANSWER_MS = 10_000
/** Limits of the server on a request. */
const MOST_PARAMETERS = 100
const MOST_METRICS = 1000
const LONGEST_PARAMETER = 6000

export type RunStatus = 'FINISHED' | 'FAILED' | 'KILLED'

/** A run on the server. */
export interface MlflowRun {
  readonly id: string
  readonly experiment: string
}

/** Numbers by name, all at one step. */
export interface StepMetrics {
  readonly step: number
  readonly values: Readonly<Record<string, number>>
}

/** Every method throws a UserError if the server does not answer, or refuses. */
export class MlflowClient {
  /** `server` is its address, without a slash at its end. */
  constructor(private readonly server: string) {}

  /** Creates a run in an experiment, which is created if it is missing. */
  async createRun(experiment: string, tags: Readonly<Record<string, string>>): Promise<MlflowRun> {
    const id = await this.#experiment(experiment)
    const answer = await this.#post<{ run?: { info?: { run_id?: string } } }>('runs/create', {
      experiment_id: id,
      start_time: Date.now(),
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    })
    return { id: idOf(answer.run?.info?.run_id), experiment: id }
  }

  async logParameters({ id }: MlflowRun, parameters: Readonly<Record<string, string>>): Promise<void> {
    const all = Object.entries(parameters).map(([key, value]) => ({ key, value: value.slice(0, LONGEST_PARAMETER) }))
    for (let from = 0; from < all.length; from += MOST_PARAMETERS) {
      await this.#post('runs/log-batch', { run_id: id, params: all.slice(from, from + MOST_PARAMETERS) })
    }
  }

  async logMetrics({ id }: MlflowRun, { step, values }: StepMetrics): Promise<void> {
    const timestamp = Date.now()
    const all = Object.entries(values).map(([key, value]) => ({
      key: allowed(key),
      value: number(value),
      step,
      timestamp,
    }))
    for (let from = 0; from < all.length; from += MOST_METRICS) {
      await this.#post('runs/log-batch', { run_id: id, metrics: all.slice(from, from + MOST_METRICS) })
    }
  }

  /** Uploads a file through the server. `name` is its path among the artifacts of the run. */
  async upload({ id, experiment }: MlflowRun, name: string, path: string): Promise<void> {
    const place = [experiment, id, 'artifacts', ...name.split('/')].map(encodeURIComponent).join('/')
    await this.#ask(`mlflow-artifacts/artifacts/${place}`, { method: 'PUT', body: await readFile(path) })
  }

  async end({ id }: MlflowRun, status: RunStatus): Promise<void> {
    await this.#post('runs/update', { run_id: id, status, end_time: Date.now() })
  }

  async #experiment(name: string): Promise<string> {
    const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`
    const found = await this.#fetch(`mlflow/${query}`, {})
    if (found.status !== 404) {
      const answer = (await answerOf(found)) as { experiment?: { experiment_id?: string } }
      return idOf(answer.experiment?.experiment_id)
    }
    await found.body?.cancel()
    const { experiment_id } = await this.#post<{ experiment_id?: string }>('experiments/create', { name })
    return idOf(experiment_id)
  }

  #post<Answer>(method: string, body: object): Promise<Answer> {
    const headers = { 'content-type': 'application/json' }
    return this.#ask(`mlflow/${method}`, { method: 'POST', headers, body: JSON.stringify(body) })
  }

  async #ask<Answer>(path: string, request: RequestInit): Promise<Answer> {
    return (await answerOf(await this.#fetch(path, request))) as Answer
  }

  async #fetch(path: string, request: RequestInit): Promise<Response> {
    const signal = AbortSignal.timeout(ANSWER_MS)
    try {
      return await fetch(`${this.server}/api/2.0/${path}`, { ...request, signal })
    } catch (error) {
      const { message, cause } = error as Error
      throw new UserError(`it does not answer (${(cause as Error | undefined)?.message || message})`)
    }
  }
}

function idOf(id: string | undefined): string {
  if (typeof id === 'string') return id
  throw new UserError('its answer has no id; is it a server of MLflow?')
}

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text()
  if (response.ok) {
    try {
      return JSON.parse(text || '{}')
    } catch {
      throw new UserError('its answer is not JSON; is it a server of MLflow?')
    }
  }
  throw new UserError(`it refuses with ${response.status}: ${text.slice(0, 200).replaceAll(/\s+/g, ' ')}`)
}

/** The server takes other characters for none. */
const allowed = (key: string): string => key.replaceAll(/[^\w\-. :/]/g, '_')

/** Numbers that JSON lacks are words in protobuf's JSON. */
function number(value: number): number | string {
  if (Number.isFinite(value)) return value
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}
