/**
 * `train SPEC --hosts` with a worker that has none of the files of the data: an empty disk hides their folder from it.
 * Its connection goes through the test, which counts the bytes and cuts it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../src/hosts/free-port.js'
import { SENDING } from '../../src/hosts/messages.js'
import { locateTensorflow } from '../../src/libtensorflow/locate.js'
import { RUN_FILES } from '../../src/spec/run-files.js'
import { until } from '../support/cluster.js'
import { COMMAND } from '../support/command.js'
import { openHosts } from '../support/network-hosts.js'

const library = locateTensorflow(process.env, { onlySetUp: true })
const HOST_RUN = join(import.meta.dirname, '../support/host-run.js')

/** True if this user may give a process disks of its own. */
function mayHide(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', tmpdir()], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** `HOSTS=all` also trains with pictures, from a pack that was damaged, and compares the weights of both hosts. */
const all = process.env.HOSTS === 'all'

const ROWS = 11_000

/** Numbers, texts and classes, of which steps learn: 1.3 MB as a pack. */
function table(): string {
  let seed = 1
  const draw = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const names = Array.from({ length: 24 }, (_, index) => `x${index}`)
  const rows = Array.from({ length: ROWS }, () => {
    const values = names.map(() => draw().toFixed(3))
    const colour = ['red', 'green', 'blue'][Math.floor(3 * draw())]
    return [...values, colour, Number(values[0]) + Number(values[1]) > 1 ? 'yes' : 'no'].join(',')
  })
  return [[...names, 'colour', 'kind'].join(','), ...rows].join('\n')
}

const NETWORK = {
  ...{ loss: 'sparse_categorical_crossentropy', optimizer: 'Adam', engine: 'tensorflow' },
  fit: { epochs: 2, batch_size: 500, validation_split: 0.1 },
}
const SPEC = {
  data: { source: 'rows.csv', target: 'kind', test: 0.1 },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 2, activation: 'softmax' }] },
  ...NETWORK,
}
const PICTURES = {
  data: { source: 'pictures' },
  model: {
    type: 'Sequential',
    layers: [{ type: 'Flatten' }, { type: 'Dense', units: 2, activation: 'softmax' }],
  },
  ...NETWORK,
  fit: { ...NETWORK.fit, batch_size: 8 },
}

describe.skipIf(!library || process.platform !== 'linux' || !mayHide())('a worker without the files', () => {
  let cwd: string
  /** Workers that have the files, and that do not. */
  const ports = { same: 0, other: 0 }
  const children: ChildProcess[] = []
  let proxy: Proxy

  const environment = (cache: string): Record<string, string> => ({
    ...(process.env as Record<string, string>),
    ...{ XDG_CACHE_HOME: join(cwd, cache), TRAINSPEC_TENSORFLOW: dirname(library!.file), TMPDIR: cwd },
  })

  async function startWorker(name: 'same' | 'other', before: readonly string[]): Promise<void> {
    ports[name] = await freePort()
    const address = `127.0.0.1:${ports[name]}`
    const command = [process.execPath, COMMAND, 'worker', '--listen', address, '--token', '../token', '--insecure']
    const [file, ...args] = [...before, ...command]
    const child = spawn(file!, args, {
      cwd: join(cwd, name),
      env: environment(`${name}-cache`),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    children.push(child)
    let text = ''
    child.stderr.setEncoding('utf8').on('data', (more: string) => {
      text += more
    })
    await until(() => text.includes('Listening'))
  }

  /** Trains, and returns what the chief has said and the bytes of the weights. */
  async function trained(spec: string, port: number, out: string, options: readonly string[] = []) {
    const group = ['--hosts', `127.0.0.1:${port}`, '--token', '../token', '--insecure', ...options]
    const child = spawn(process.execPath, [COMMAND, spec, ...group, '--out', out, '--verbose', '2'], {
      ...{ cwd: join(cwd, 'chief'), env: environment('chief-cache'), stdio: ['ignore', 'ignore', 'pipe'] as const },
    })
    let said = ''
    child.stderr!.setEncoding('utf8').on('data', (more: string) => {
      said += more
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect(code, said).toBe(0)
    return { said, weights: readFileSync(join(cwd, 'chief', out, RUN_FILES.model, 'weights.bin'), 'latin1') }
  }

  const packsOf = (name: 'same' | 'other') => {
    const folder = join(cwd, `${name}-cache`, 'trainspec', 'packs')
    return readdirSync(folder).map((file) => join(folder, file))
  }

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'hosts-data-'))
    for (const name of ['chief', 'same', 'other']) mkdirSync(join(cwd, name))
    writeFileSync(join(cwd, 'token'), 'a secret of many characters')
    chmodSync(join(cwd, 'token'), 0o600)
    writeFileSync(join(cwd, 'chief', 'rows.csv'), table())
    writeFileSync(join(cwd, 'chief', 'spec.json'), JSON.stringify(SPEC))
    const hide = 'mount -t tmpfs none "$1" && shift && exec "$@"'
    await Promise.all([
      startWorker('same', []),
      startWorker('other', ['unshare', '-m', 'sh', '-c', hide, 'sh', join(cwd, 'chief')]),
    ])
    proxy = await openProxy(() => ports.other)
  })

  afterAll(() => {
    for (const child of children) child.kill('SIGTERM')
    proxy?.server.close()
    rmSync(cwd, { recursive: true, force: true })
  })

  test('gets them as a pack, also over a connection that breaks, and keeps it; the weights are those with the files', async () => {
    const same = await trained('spec.json', ports.same, 'same')
    expect(same.said).not.toContain('Sent')
    proxy.cutAfter = 1.1 * SENDING.piece
    const first = await trained('spec.json', proxy.port, 'first')
    expect(first.said).toMatch(/^Packed the rows into the pack .*\(1\.\d MB\)\.$/m)
    expect(first.said).toContain(`Host 127.0.0.1:${proxy.port} is lost (`)
    expect(first.said).toMatch(
      new RegExp(
        `^Sent the rest of 1\\.\\d MB of data to 127.0.0.1:${proxy.port}, which keeps them for further runs.$`,
        'm',
      ),
    )
    expect(first.weights === same.weights).toBe(true)
    const [pack, ...others] = packsOf('other')
    expect(others).toEqual([])
    const bytes = readFileSync(pack!)
    expect(proxy.sent).toBeLessThan(bytes.length + SENDING.unanswered)

    proxy.sent = 0
    const second = await trained('spec.json', proxy.port, 'second')
    expect(second.said).toMatch(new RegExp(`^127.0.0.1:${proxy.port} has the data already \\(1\\.\\d MB\\)\\.$`, 'm'))
    expect(proxy.sent).toBeLessThan(10_000)
    expect(second.weights === same.weights).toBe(true)

    if (!all) return
    const damaged = Buffer.from(bytes)
    damaged[1000]! ^= 1
    writeFileSync(pack!, damaged)
    const third = await trained('spec.json', proxy.port, 'third')
    expect(third.said).toMatch(/^Sent 1\.\d MB of data to/m)
    expect(third.weights === same.weights).toBe(true)
    expect(readFileSync(pack!).equals(bytes)).toBe(true)
    // the weights with which training begins are not on the worker either
    const start = ['--set', 'start=same']
    const one = await trained('spec.json', ports.same, 'started-same', start)
    const other = await trained('spec.json', proxy.port, 'started', start)
    expect(other.weights === one.weights).toBe(true)
    expect(one.weights === same.weights).toBe(false)
  })

  test.runIf(all)('has the same weights as the first host, bit for bit', async () => {
    const [pack] = packsOf('other')
    const missing = { ...SPEC, data: { ...SPEC.data, source: 'missing.csv' } }
    writeFileSync(join(cwd, 'other', 'spec.json'), JSON.stringify(missing))
    const hosts = await openHosts(2)
    try {
      const each = [
        hosts.start(0, [HOST_RUN, 'spec.json'], { cwd: join(cwd, 'chief'), env: environment('chief-cache') }),
        hosts.start(1, [HOST_RUN, 'spec.json'], {
          cwd: join(cwd, 'other'),
          env: { ...environment('other-cache'), TRAINSPEC_HOSTS_PACK: basename(pack!, '.pack') },
        }),
      ]
      const codes = await Promise.all(each.map(({ ended }) => ended))
      expect(codes, each.map(({ written }) => written.stderr).join('\n')).toEqual([0, 0])
      const [first, other] = each.map(({ written }) => JSON.parse(written.stdout))
      expect(other.state).toBe(first.state)
    } finally {
      hosts.close()
    }
  })

  test.runIf(all)('gets a folder of pictures', async () => {
    for (const [kind, red] of [
      ['dark', 20],
      ['light', 200],
    ] as const) {
      mkdirSync(join(cwd, 'chief', 'pictures', kind), { recursive: true })
      for (let index = 0; index < 20; index++) {
        const background = { r: red, g: 5 * index, b: 10 * index }
        const picture = sharp({ create: { width: 8, height: 8, channels: 3, background } })
        await picture.png().toFile(join(cwd, 'chief', 'pictures', kind, `${index}.png`))
      }
    }
    writeFileSync(join(cwd, 'chief', 'pictures.json'), JSON.stringify(PICTURES))
    const same = await trained('pictures.json', ports.same, 'pictures-same')
    const sent = await trained('pictures.json', proxy.port, 'pictures-sent')
    expect(sent.said).toMatch(/^Sent \S+ MB of data to/m)
    expect(sent.weights === same.weights).toBe(true)
  })
})

interface Proxy {
  readonly server: Server
  readonly port: number
  /** Bytes that clients have sent. */
  sent: number
  /** Both connections are cut once a client has sent so many bytes. */
  cutAfter: number
}

/** Connects clients with a port of this machine. */
async function openProxy(portOf: () => number): Promise<Proxy> {
  const server = createServer((client) => {
    const worker = connect(portOf(), '127.0.0.1')
    const cut = () => {
      client.destroy()
      worker.destroy()
    }
    const pass = (from: Socket, to: Socket) =>
      from
        .on('error', cut)
        .on('end', () => to.end())
        .on('close', cut)
    pass(client, worker).on('data', (data) => {
      proxy.sent += data.length
      worker.write(data)
      if (proxy.sent < proxy.cutAfter) return
      proxy.cutAfter = Number.POSITIVE_INFINITY
      // what was passed on arrives
      worker.end()
      client.destroy()
    })
    pass(worker, client).on('data', (data) => client.write(data))
  })
  const port = await freePort()
  const proxy: Proxy = { server, port, sent: 0, cutAfter: Number.POSITIVE_INFINITY }
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
  return proxy
}
