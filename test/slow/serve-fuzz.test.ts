/** 10,000 hostile requests: never a 500, never the end of the server, and bounded memory. */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'
import { type Hostile, hostileRequests, NO_HTTP } from '../support/hostile-requests.js'
import { ask, KINDS, served } from '../support/server.js'

const REQUESTS = 10_000
const AT_ONCE = 16
const MOST_MEGABYTES = 700

const SPEC = {
  data: KINDS,
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
  fit: { epochs: 1, batch_size: 16 },
}
const CSV = `age,height,town,kind\n${Array.from({ length: 40 }, (_, at) => `${at},${at % 7},${['Rome', 'Oslo'][at % 2]},${['a', 'b'][at % 2]}`).join('\n')}\n`
const GOOD = [{ age: 3, height: 4, town: 'Rome' }]

/** The status of the answer; null if the connection was closed. */
function send(url: string, agent: Agent, { method, path, headers, body }: Hostile): Promise<number | null> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const all = { ...headers, 'content-length': body.length }
    const sent = request({ hostname, port, path, method, headers: all, agent }, (response) => {
      response.resume().on('close', () => resolve(response.statusCode!))
    })
    sent.on('error', () => resolve(null))
    sent.end(body)
  })
}

const sendRaw = (url: string, bytes: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end(bytes))
    socket.on('error', () => {}).on('close', () => resolve())
    socket.resume()
    setTimeout(() => socket.destroy(), 200)
  })

const megabytesOf = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1000

test('hostile requests get an answer that says so', async () => {
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify(SPEC), 'rows.csv': CSV })
  const { code, stderr } = await runCommand(['spec.json', '--out', 'run', '--engine', 'onnx'], { cwd })
  expect(code, stderr).toBe(0)
  const server = await served(['run', '--max-body', '1', '--max-rows', '1000'], cwd)
  const expected = await ask(server.url, GOOD)
  expect(expected.status).toBe(200)

  const counts = new Map<number | null, number>()
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const left = [...hostileRequests(REQUESTS)]
  const work = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const status = await send(server.url, agent, next)
      counts.set(status, (counts.get(status) ?? 0) + 1)
      expect([500, 502], JSON.stringify({ ...next, body: next.body.toString('latin1').slice(0, 300) })).not.toContain(
        status,
      )
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  agent.destroy()
  for (const bytes of NO_HTTP) await sendRaw(server.url, bytes)

  // the requests are not all refused for one reason
  for (const status of [200, 400, 404, 405, 406, 413, 415])
    expect(counts.get(status), String(status)).toBeGreaterThan(10)
  expect(counts.get(null) ?? 0).toBeLessThan(REQUESTS / 10)
  expect(await ask(server.url, GOOD)).toEqual(expected)
  expect(server.stderr()).not.toMatch(/bug|^\s+at /m)
  if (process.platform === 'linux') expect(megabytesOf(server.child.pid!)).toBeLessThan(MOST_MEGABYTES)
  server.child.kill('SIGTERM')
  expect(await server.ended).toBe(0)
})
