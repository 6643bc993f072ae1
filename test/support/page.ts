/** A page in headless Chromium, which CHROMIUM names, driven by the DevTools protocol over a pipe. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { chromium } from './browser.js'

export interface Look {
  readonly width: number
  readonly height: number
  readonly theme: 'light' | 'dark'
}

export interface Page {
  /** Errors that the console reports, exceptions, and requests that leave the file. */
  readonly problems: readonly string[]
  /** Returns the value of an expression, which may be a promise. */
  evaluate<Value>(expression: string): Promise<Value>
  look(look: Look): Promise<void>
  press(key: string): Promise<void>
  picture(): Promise<Buffer>
}

// biome-ignore lint/suspicious/noExplicitAny: the messages of the protocol
type Message = any

/** Opens a file of HTML, does work with its page, and ends the browser. */
export async function withPage(file: string, work: (page: Page) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
  const options = [
    '--no-sandbox',
    '--disable-gpu',
    '--headless',
    '--remote-debugging-pipe',
    `--user-data-dir=${folder}`,
  ]
  const child = spawn(chromium!, [...options, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
  const closed = new Promise((resolve) => child.once('close', resolve))
  try {
    const { send, heard } = protocol(child)
    const { targetInfos } = await send('Target.getTargets', {})
    const { targetId } = targetInfos.find(({ type }: Message) => type === 'page')
    const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true })
    const problems: string[] = []
    heard((method, params) => {
      if (method === 'Runtime.exceptionThrown') problems.push(JSON.stringify(params.exceptionDetails))
      if (method === 'Runtime.consoleAPICalled' && params.type === 'error') problems.push(JSON.stringify(params.args))
      if (method === 'Log.entryAdded' && params.entry.level === 'error') problems.push(params.entry.text)
      if (method === 'Network.requestWillBeSent' && !/^(data|file):/.test(params.request.url)) {
        problems.push(`requests ${params.request.url}`)
      }
    })
    const ask = (method: string, params: object = {}) => send(method, params, sessionId)
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await ask(`${domain}.enable`)
    const loaded = new Promise<void>((resolve) => heard((method) => method === 'Page.loadEventFired' && resolve()))
    await ask('Page.navigate', { url: pathToFileURL(file).href })
    await loaded
    await work({
      problems,
      async evaluate(expression) {
        const { result, exceptionDetails } = await ask('Runtime.evaluate', {
          ...{ expression, awaitPromise: true, returnByValue: true },
        })
        if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails))
        return result.value
      },
      async look({ width, height, theme }) {
        const mobile = width < 600
        await ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile })
        await ask('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: theme }] })
      },
      async press(key) {
        const text = key.length === 1 ? { text: key } : {}
        for (const type of ['keyDown', 'keyUp']) await ask('Input.dispatchKeyEvent', { type, key, ...text })
      },
      async picture() {
        const { data } = await ask('Page.captureScreenshot', { captureBeyondViewport: true })
        return Buffer.from(data, 'base64')
      },
    })
  } finally {
    child.kill()
    await closed
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Messages are JSON texts that end with a zero byte. */
function protocol(child: ChildProcess) {
  const [to, from] = [child.stdio[3] as Writable, child.stdio[4] as Readable]
  const waiting = new Map<number, { resolve: (value: Message) => void; reject: (error: Error) => void }>()
  const listeners: ((method: string, params: Message) => void)[] = []
  let [last, rest] = [0, '']
  from.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\0')
    rest = parts.pop()!
    for (const part of parts) {
      const { id, result, error, method, params } = JSON.parse(part)
      if (error) waiting.get(id)?.reject(new Error(error.message))
      else if (id !== undefined) waiting.get(id)?.resolve(result)
      else for (const listener of listeners) listener(method, params)
    }
  })
  const ended = new Promise<never>((_, reject) =>
    child.once('close', () => reject(new Error('the browser ended before its page'))),
  )
  ended.catch(() => {})
  return {
    send(method: string, params: object, sessionId?: string): Promise<Message> {
      const id = ++last
      const answer = new Promise<Message>((resolve, reject) => waiting.set(id, { resolve, reject }))
      to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
      return Promise.race([answer, ended])
    },
    heard: (listener: (method: string, params: Message) => void) => {
      listeners.push(listener)
    },
  }
}
