/** Models in headless Chromium, which CHROMIUM names (scripts/headless-chromium.sh installs one). */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Named } from '../../src/base/field.js'
import type { PlainArray } from './predictions.js'

export const chromium = process.env.CHROMIUM

export interface BrowserJob {
  readonly name: string
  readonly files: Named<Uint8Array>
  readonly inputs: readonly PlainArray[]
}

export interface BrowserAnswer {
  readonly outputs: readonly (readonly number[])[]
  readonly error?: string
}

const PAGE = fileURLToPath(new URL('../slow/browser.html', import.meta.url))
const tfjs = (part: string) =>
  fileURLToPath(new URL(`../../node_modules/@tensorflow/tfjs-${part}/dist/tf-${part}.min.js`, import.meta.url))
const SCRIPTS = ['core', 'backend-cpu', 'layers']

/** Opens each model with TensorFlow.js in one page. Returns the answers by the names of the jobs. */
export async function askBrowser(jobs: readonly BrowserJob[]): Promise<ReadonlyMap<string, BrowserAnswer>> {
  const answers = new Map<string, BrowserAnswer>()
  const contents = new Map<string, () => Uint8Array | string>([
    ['/', () => readFileSync(PAGE)],
    ['/jobs', () => JSON.stringify(jobs.map(({ name, inputs }) => ({ name, inputs })))],
    ...SCRIPTS.map((part) => [`/tf-${part}.min.js`, () => readFileSync(tfjs(part))] as const),
    ...jobs.flatMap(({ name, files }) =>
      Object.entries(files).map(([file, bytes]) => [`/models/${name}/${file}`, () => bytes] as const),
    ),
  ])
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
  let child: ReturnType<typeof spawn> | undefined
  let closed: Promise<unknown> | undefined
  const ended = new Promise<void>((resolve, reject) => {
    const take = async (request: IncomingMessage) => {
      const path = request.url!
      const answered = /^\/answers\/(.+)$/.exec(path)
      if (answered) answers.set(answered[1]!, JSON.parse(await text(request)))
      if (path === '/end') resolve()
      return contents.get(path)?.() ?? ''
    }
    const server = createServer(async (request, response) => {
      response.setHeader('content-type', request.url === '/' ? 'text/html' : 'application/octet-stream')
      response.end(await take(request))
    })
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      const options = ['--no-sandbox', '--disable-gpu', `--user-data-dir=${folder}`, '--remote-debugging-port=0']
      child = spawn(chromium!, [...options, `http://127.0.0.1:${port}/`], { stdio: 'ignore' })
      child.once('error', reject)
      closed = new Promise((resolve) => child!.once('close', resolve)).then(() => {
        server.close()
        reject(new Error('the browser ended before its page'))
      })
    })
  })
  try {
    await ended
  } finally {
    child?.kill()
    await closed
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  return answers
}
