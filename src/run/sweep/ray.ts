/**
 * Ray as a cluster for trials, by the REST API of its jobs
 * (https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html).
 */
import { type IncomingMessage, request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { UserError } from '../../base/issue.js'
import { isObject, jsonOf } from '../../base/json.js'
import { reasonOf } from '../../base/reason.js'
import { quotedWord } from '../../base/shell-word.js'
import { type Cluster, type ClusterJob, TERMINATED } from './cluster-executor.js'

/** Names of the variables in which Ray's own command looks for the address. */
const ADDRESSES = ['RAY_API_SERVER_ADDRESS', 'RAY_ADDRESS'] as const
const DEFAULT_ADDRESS = 'http://127.0.0.1:8265'

const ENDED = new Set(['STOPPED', 'SUCCEEDED', 'FAILED'])

/** A job in an answer of Ray. */
interface RayJob {
  readonly submission_id: string | null
  readonly status: string
  readonly driver_exit_code: number | null
  readonly message: string | null
}

/** Throws a UserError if no Ray answers. */
export async function openRay(env: Readonly<Record<string, string | undefined>> = process.env): Promise<Cluster> {
  const address = ADDRESSES.map((name) => env[name]).find((one) => one !== undefined && one !== '') ?? DEFAULT_ADDRESS
  if (!/^https?:\/\//.test(address)) {
    throw new UserError(
      `${ADDRESSES.join(' or ')}: found "${address}", must be the address of Ray's dashboard, such as ${DEFAULT_ADDRESS}`,
    )
  }
  const ask = (method: string, path: string, body?: object) => asked(new URL(path, address), method, body)
  const list = async () => (await ask('GET', '/api/jobs/')) as RayJob[]
  await list()
  return {
    async submit({ name, script, args, processors, log, env: variables }) {
      const words = [script, ...args].map(quotedWord).join(' ')
      await ask('POST', '/api/jobs/', {
        // the name is the id, which Ray refuses to give twice
        submission_id: name,
        entrypoint: `cd ${quotedWord(process.cwd())} && exec ${words} >>${quotedWord(log)} 2>&1`,
        entrypoint_num_cpus: processors,
        runtime_env: { env_vars: variables },
      })
      return name
    },
    async jobs() {
      return (await list()).flatMap(({ submission_id: id, status }): ClusterJob[] =>
        // others are programs that use Ray, not its jobs
        id === null ? [] : [{ id, name: id, state: status, isEnded: ENDED.has(status) }],
      )
    },
    async exitOf({ id, state }) {
      const { driver_exit_code: code, message } = (await ask('GET', `/api/jobs/${id}`)) as RayJob
      if (state === 'SUCCEEDED') return { code: 0, signal: null }
      if (state === 'STOPPED' || code === TERMINATED) return { code: code ?? TERMINATED, signal: null, isByPlace: true }
      // Ray's own trouble, such as a machine that is gone
      if (code === null) return { code: null, signal: `Ray: ${message?.split('\n')[0]}` }
      return code < 0 ? { code: null, signal: `signal ${-code}` } : { code, signal: null }
    },
    async stop(id) {
      await ask('POST', `/api/jobs/${id}/stop`)
    },
  }
}

/** `fetch` sends headers of a browser, which Ray refuses. */
function asked(url: URL, method: string, body?: object): Promise<unknown> {
  const send = url.protocol === 'https:' ? secureRequest : request
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new UserError(`Ray at ${url.origin} ${why}`))
    const sent = send(url, { method, headers: { 'content-type': 'application/json' } }, (answer) => {
      textOf(answer).then(
        (text) => {
          const value = jsonOf(text)
          if (answer.statusCode === 200 && (isObject(value) || Array.isArray(value))) return resolve(value)
          fail(`answers ${method} ${url.pathname} with status ${answer.statusCode}: ${text.trim().split('\n').at(-1)}`)
        },
        (error) => fail(`breaks off: ${reasonOf(error)}`),
      )
    })
    sent.on('error', (error) => {
      fail(`does not answer (${reasonOf(error)}). ${ADDRESSES[0]} is the address of its dashboard.`)
    })
    sent.end(body && JSON.stringify(body))
  })
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of answer.setEncoding('utf8')) text += piece
  return text
}
