/** A program of the benchmark that answers JSON lines, and commands that are timed as a whole. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** Peers to kill at the end: a stopped peer would outlive this process. */
const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a peer. If it cannot run here, `skipped` has the reason. */
export async function startPeer(file, args, env = {}) {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, ...env } })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const failed = new Promise((resolve) => child.once('error', (error) => resolve({ skipped: error.message })))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    return done ? { skipped: 'it ended without an answer' } : JSON.parse(value)
  }
  const hello = await Promise.race([failed, next()])
  if (!hello.ready) return { skipped: hello.skipped ?? 'no answer' }
  // a peer that waits must not spin, while another one is timed
  child.kill('SIGSTOP')
  return {
    hello,
    async ask(command) {
      child.kill('SIGCONT')
      child.stdin.write(`${JSON.stringify(command)}\n`)
      const answer = await next()
      child.kill('SIGSTOP')
      return answer
    },
    async stop() {
      child.kill('SIGCONT')
      child.stdin.end(`${JSON.stringify({ cmd: 'quit' })}\n`)
      await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve()))
    },
  }
}

/** Starts a peer in a Python that need not be there. `before` are the words of a command that starts it. */
export const startPython = async (python, args, env, before = []) => {
  if (!existsSync(python)) return { skipped: `no Python peers at ${python}: run bench/peers/setup.sh` }
  const [file, ...rest] = [...before, python, ...args]
  return startPeer(file, rest, env)
}

/** Wall time in seconds of a whole command, and its answer on stdout; `skipped` if it was skipped. */
export async function timeCommand(file, args, env = {}) {
  const start = performance.now()
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env } })
  let output = ''
  child.stdout.on('data', (data) => {
    output += data
  })
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve(null))
    child.once('close', resolve)
  })
  const seconds = (performance.now() - start) / 1000
  if (code !== 0) return { skipped: `${file} ended with ${code}` }
  const last = output.trim().split('\n').at(-1) ?? ''
  return { seconds, output: last, ...(last.startsWith('{"skipped"') && JSON.parse(last)) }
}
