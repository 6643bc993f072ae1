/** Hosts on this machine: network namespaces on a bridge if this user may make them, else its own loopback address. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { freePort } from '../../src/hosts/free-port.js'

export interface TestHosts {
  /** Address of each host, with a free port. */
  readonly addresses: readonly string[]
  /** True if each host has a network of its own. */
  readonly areApart: boolean
  /** Starts Node on a host, as the process with this number of a group of all hosts. */
  start(rank: number, args: readonly string[], options?: StartOptions): HostProcess
  /** Takes down the link of a host, and up again. */
  link(rank: number, state: 'up' | 'down'): void
  close(): void
}

export interface StartOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** The only processor core on which it runs, from 0; absent for all. Needs `taskset`. */
  readonly core?: number
}

export interface HostProcess {
  readonly child: ChildProcess
  /** All that it wrote so far. */
  readonly written: { stdout: string; stderr: string }
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

const SCRIPT = join(import.meta.dirname, '../../scripts/network-hosts.sh')

let made = 0

export async function openHosts(count: number): Promise<TestHosts> {
  const network = apart(count)
  const hosts = network?.hosts ?? []
  const addresses = await Promise.all(
    Array.from({ length: count }, async (_, rank) => `${hosts[rank]?.address ?? '127.0.0.1'}:${await freePort()}`),
  )
  return {
    addresses,
    areApart: network !== undefined,
    start(rank, args, { cwd, env = {}, core } = {}) {
      const task = { type: 'worker', index: rank }
      const pinned = core === undefined ? [] : ['taskset', '-c', String(core)]
      const child = spawn(...inside(hosts[rank]?.name, [...pinned, process.execPath, ...args]), {
        cwd,
        env: { ...process.env, TF_CONFIG: JSON.stringify({ cluster: { worker: addresses }, task }), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const written = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          written[name] += text
        })
      }
      const ended = new Promise<number | NodeJS.Signals>((resolve) => {
        child.once('close', (code, signal) => resolve(code ?? signal!))
      })
      return { child, written, ended }
    },
    link(rank, state) {
      execFileSync('ip', ['netns', 'exec', hosts[rank]!.name, 'ip', 'link', 'set', 'eth0', state])
    },
    close: () => network?.close(),
  }
}

const inside = (name: string | undefined, [file, ...args]: string[]): [string, string[]] =>
  name === undefined ? [file!, args] : ['ip', ['netns', 'exec', name, file!, ...args]]

/** Undefined if namespaces are not allowed here. */
function apart(count: number) {
  const name = `t${process.pid}${'abcdefghij'[made++ % 10]}`
  try {
    const lines = execFileSync(SCRIPT, ['make', name, String(count)], { encoding: 'utf8', stdio: 'pipe' })
    const hosts = lines
      .trim()
      .split('\n')
      .map((line) => {
        const [namespace, address] = line.split(' ')
        return { name: namespace!, address: address! }
      })
    return { hosts, close: () => void execFileSync(SCRIPT, ['remove', name, String(count)]) }
  } catch {
    return undefined
  }
}
