/** A group is formed, lost and formed anew, with real sockets and training processes that train nothing. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { addressText, type HostAddress } from '../../src/hosts/address.js'
import { freePort } from '../../src/hosts/free-port.js'
import { connectHost } from '../../src/hosts/host-link.js'
import { PROTOCOL } from '../../src/hosts/messages.js'
import { newNonce, proofOf } from '../../src/hosts/token.js'
import { type GroupOptions, ownAddress, trainGroup } from '../../src/hosts/train-group.js'
import type { Cluster } from '../../src/hosts/training-process.js'
import { FAST, MockTraining, Stranger, startWorker, TOKEN, task, until, VERSION } from '../support/host-workers.js'

const LOST = 75

interface Chief {
  readonly end: ReturnType<typeof trainGroup>
  /** The processes of rank 0, and what each was told. */
  readonly own: readonly MockTraining[]
  readonly starts: readonly (Cluster & { readonly isAgain: boolean })[]
  readonly lines: readonly string[]
  readonly controller: AbortController
  /** Sets the name of the newest checkpoint. */
  save(name: string): void
}

function startChief(hosts: readonly HostAddress[], changes: Partial<GroupOptions> = {}): Chief {
  const own: MockTraining[] = []
  const starts: (Cluster & { isAgain: boolean })[] = []
  const lines: string[] = []
  const controller = new AbortController()
  let checkpoint = ''
  const link = { token: TOKEN, version: VERSION, host: 'chief', check: () => {}, timing: FAST }
  const { cluster: _, rank: __, ...work } = task()
  const end = trainGroup({
    ...{ hosts, least: hosts.length + 1, waits: { first: 2000, again: 1000 }, task: work, lostCode: LOST },
    connect: (address, signal) => connectHost(address, link, signal),
    start(cluster, isAgain) {
      starts.push({ ...cluster, isAgain })
      own.push(new MockTraining())
      return own.at(-1)!
    },
    progress: async () => checkpoint,
    say: (line) => lines.push(line),
    note: (line) => lines.push(line),
    signal: controller.signal,
    timing: { every: 30, grace: 100, ending: 200 },
    ...changes,
  })
  // a test that fails leaves it
  end.catch(() => {})
  onTestFinished(() => controller.abort())
  return {
    ...{ end, own, starts, lines, controller },
    save(name) {
      checkpoint = name
    },
  }
}

/** The address of a server on loopback, until the test is over. */
async function listening(server: Server): Promise<HostAddress> {
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

/** Two workers and their chief, who train. */
async function startGroup(changes: Partial<GroupOptions> = {}) {
  const b = await startWorker()
  const c = await startWorker()
  const chief = startChief([b.address, c.address], changes)
  await until(() => chief.own.length === 1 && b.trainings.length === 1 && c.trainings.length === 1)
  return { b, c, chief }
}

test('every rank has the same cluster; the exit code is that of rank 0, and others are told to stop', async () => {
  const { b, c, chief } = await startGroup()
  const { cluster } = chief.starts[0]!
  expect(cluster).toHaveLength(3)
  expect(new Set(cluster).size).toBe(3)
  for (const address of cluster) expect(address).toMatch(/^127\.0\.0\.1:\d+$/)
  expect(chief.starts[0]).toMatchObject({ rank: 0, wait: 5, isAgain: false })
  expect([b, c].map(({ tasks: [first] }) => [first!.rank, first!.cluster])).toEqual([
    [1, cluster],
    [2, cluster],
  ])
  chief.own[0]!.end(1)
  expect(await chief.end).toEqual({ code: 1 })
  expect([b, c].map(({ trainings: [first] }) => first!.isKilled)).toEqual([true, true])
  expect(chief.lines).toEqual([
    `Training on 3 of 3 hosts: this machine, ${addressText(b.address)}, ${addressText(c.address)}.`,
  ])
})

test('ranks that have trained to the end are not missed, also if their hosts go away', async () => {
  const { b, c, chief } = await startGroup()
  b.trainings[0]!.end(0)
  c.trainings[0]!.end(3)
  await until(() => b.lines.at(-1)!.includes('has ended'))
  await b.worker.stop()
  chief.own[0]!.end(0)
  expect(await chief.end).toEqual({ code: 0 })
})

test('a rank that was asked to end is not missed: all end after the same step', async () => {
  const { b, c, chief } = await startGroup()
  b.trainings[0]!.end(143)
  c.trainings[0]!.end(143)
  await delay(300)
  expect(chief.own[0]!.isKilled).toBe(false)
  chief.own[0]!.end(130)
  expect(await chief.end).toEqual({ code: 130 })
})

describe('the group is formed anew when', () => {
  test.each([
    [
      'a training process is killed',
      (g: Group) => g.b.trainings[0]!.kill(),
      /^The training process of host \S+ was ended \(SIGKILL\)\. Waiting up to 1 s/,
    ],
    [
      'rank 0 is killed',
      (g: Group) => g.chief.own[0]!.kill(),
      /^The training process of this machine was ended \(SIGKILL\)\./,
    ],
    ['rank 0 has lost another', (g: Group) => g.chief.own[0]!.end(LOST), /^This machine has lost another host\./],
    ['another rank has lost one', (g: Group) => g.c.trainings[0]!.end(LOST), /^Host \S+ has lost another host\./],
    [
      'rank 0 has lost another, and the cause is known soon',
      (g: Group) => {
        g.chief.own[0]!.end(LOST)
        setTimeout(() => g.b.trainings[0]!.kill(), 20)
      },
      /^The training process of host \S+ was ended \(SIGKILL\)\./,
    ],
  ])('%s', async (_, act, words) => {
    const group = await startGroup()
    const { b, c, chief } = group
    act(group)
    await until(() => chief.own.length === 2 && b.trainings.length === 2 && c.trainings.length === 2)
    // nobody of the group before is left
    for (const { trainings } of [b, c]) expect(await trainings[0]!.ended).toBeDefined()
    expect(await chief.own[0]!.ended).toBeDefined()
    expect(chief.lines[1]).toMatch(words)
    expect(chief.lines[2]).toMatch(/^The group is formed anew, of 3 of 3 hosts: this machine, /)
    expect(chief.starts[1]).toMatchObject({ isAgain: true, rank: 0 })
    chief.own[1]!.end(0)
    expect(await chief.end).toEqual({ code: 0 })
  })

  test('a worker is gone, and has come back', async () => {
    const { b, c, chief } = await startGroup()
    await b.worker.stop()
    await until(() => chief.lines.length > 1)
    expect(chief.lines[1]).toMatch(
      /^Host \S+ is lost \(the connection was closed\)\. Waiting up to 1 s to form the group anew\.$/,
    )
    expect([chief.own[0]!.isKilled, c.trainings[0]!.isKilled]).toEqual([true, true])
    const back = await startWorker({ port: b.address.port })
    await until(() => chief.own.length === 2 && back.trainings.length === 1)
    chief.own[1]!.end(0)
    expect(await chief.end).toEqual({ code: 0 })
  })
})

type Group = Awaited<ReturnType<typeof startGroup>>

describe('hosts without the files', () => {
  const PACK = 'a'.repeat(64)

  test('train with the pack that they have got, before anything is started', async () => {
    let supplied = 0
    const { b, c, chief } = await startGroup({
      supply: async (members) => {
        supplied++
        return new Map([[members[1]!, PACK]])
      },
    })
    expect([b, c].map(({ tasks: [first] }) => first!.pack)).toEqual([undefined, PACK])
    // a group that is formed anew asks again
    b.trainings[0]!.kill()
    await until(() => chief.own.length === 2 && c.trainings.length === 2)
    expect([supplied, c.tasks[1]!.pack]).toEqual([2, PACK])
    chief.own[1]!.end(0)
    expect(await chief.end).toEqual({ code: 0 })
  })

  test('that are lost meanwhile are waited for, and the next attempt goes on', async () => {
    const b = await startWorker()
    let attempts = 0
    const chief = startChief([b.address], {
      supply: async ([link]) => {
        if (attempts++ > 0) return new Map([[link!, PACK]])
        await b.worker.stop()
        await link!.lost
        throw new Error('the connection was closed')
      },
    })
    await until(() => chief.lines.length > 1)
    expect(chief.lines[1]).toMatch(/^Host \S+ is lost \(.*\)\. Waiting up to 1 s to form/)
    expect(chief.own).toEqual([])
    const back = await startWorker({ port: b.address.port })
    await until(() => chief.own.length === 1 && back.trainings.length === 1)
    expect(back.tasks[0]!.pack).toBe(PACK)
    chief.own[0]!.end(0)
    expect(await chief.end).toEqual({ code: 0 })
  })

  test('that cannot keep it end the run in words, and the user ends it at once', async () => {
    const b = await startWorker()
    const full = new UserError('Host b: Cannot keep the data: the disk is full.')
    const chief = startChief([b.address], { supply: () => Promise.reject(full) })
    await expect(chief.end).rejects.toBe(full)
    await until(() => b.lines.at(-1)!.includes('closed'))
    const other = startChief([b.address], {
      supply: (_, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    })
    await until(() => other.lines.length === 1)
    await delay(20)
    other.controller.abort('the user')
    await expect(other.end).rejects.toBe('the user')
    expect(b.tasks).toEqual([])
  })
})

describe('a host does not come back:', () => {
  test('the others go on, if they are enough', async () => {
    const { b, c, chief } = await startGroup({ least: 2 })
    await b.worker.stop()
    await until(() => chief.own.length === 2 && c.trainings.length === 2)
    expect(chief.lines.slice(2)).toEqual([
      `Missing: ${addressText(b.address)} (connection refused (ECONNREFUSED)).`,
      `The group is formed anew, of 2 of 3 hosts: this machine, ${addressText(c.address)}.`,
    ])
    expect(c.tasks[1]).toMatchObject({ rank: 1 })
    expect(c.tasks[1]!.cluster).toHaveLength(2)
    chief.own[1]!.end(0)
    expect(await chief.end).toEqual({ code: 0 })
  })

  test('or this machine alone', async () => {
    const b = await startWorker()
    const chief = startChief([b.address], { least: 1 })
    await until(() => b.trainings.length === 1)
    await b.worker.stop()
    await until(() => chief.own.length === 2)
    expect(chief.starts[1]!.cluster).toHaveLength(1)
    chief.own[1]!.end(0)
    expect(await chief.end).toEqual({ code: 0 })
  })

  test('the run ends, if they are too few', async () => {
    const { b, c, chief } = await startGroup()
    await b.worker.stop()
    expect(await chief.end).toEqual({
      lost: `After 1 s only 2 of 3 hosts are there, and 3 are needed. Missing: ${addressText(b.address)} (connection refused (ECONNREFUSED)).`,
    })
    await until(() => c.lines.at(-1)!.includes('closed'))
  })
})

describe('at the beginning', () => {
  test('a host that comes late is waited for', async () => {
    const port = await freePort()
    const b = await startWorker()
    const chief = startChief([b.address, { host: '127.0.0.1', port }])
    await until(() => chief.lines.length === 1)
    expect(chief.lines[0]).toBe(`Waiting up to 2 s for 127.0.0.1:${port}.`)
    const c = await startWorker({ port })
    await until(() => chief.own.length === 1 && c.trainings.length === 1)
    chief.own[0]!.end(0)
    expect(await chief.end).toEqual({ code: 0 })
  })

  test('a host that never comes is missed', async () => {
    const port = await freePort()
    const chief = startChief([{ host: '127.0.0.1', port }], { waits: { first: 200, again: 1 } })
    expect(await chief.end).toEqual({
      lost: `After 0.2 s only 1 of 2 hosts is there, and 2 are needed. Missing: 127.0.0.1:${port} (connection refused (ECONNREFUSED)).`,
    })
    expect(chief.own).toEqual([])
  })

  test('a host that is busy refuses at once', async () => {
    const { b, chief } = await startGroup()
    await expect(startChief([b.address]).end).rejects.toThrow('busy with a run of chief since')
    chief.own[0]!.end(0)
    expect(await chief.end).toEqual({ code: 0 })
  })

  test('an impostor, who does not know the token, is not trusted', async () => {
    const server = createServer((socket) => {
      socket.write(`${JSON.stringify({ type: 'challenge', protocol: PROTOCOL, nonce: 'a'.repeat(64) })}\n`)
      socket.write(`${JSON.stringify({ type: 'welcome', proof: 'b'.repeat(64), version: VERSION })}\n`)
    })
    const { host, port } = await listening(server)
    const chief = startChief([{ host, port }])
    await expect(chief.end).rejects.toThrow(`Host 127.0.0.1:${port} does not know the token, so it is not used.`)
  })

  test('the user ends it', async () => {
    const chief = startChief([{ host: '127.0.0.1', port: await freePort() }])
    chief.controller.abort('the user')
    await expect(chief.end).rejects.toBe('the user')
  })
})

describe('the run ends', () => {
  test('with the code of a rank that cannot train, and its words', async () => {
    const { c, b, chief } = await startGroup()
    chief.own[0]!.end(LOST)
    c.trainings[0]!.end(2, '/data/x.csv: no such file or folder\n')
    expect(await chief.end).toEqual({ code: 2 })
    expect(chief.lines.at(-1)).toBe(
      `Host ${addressText(c.address)} cannot train (exit code 2):\n/data/x.csv: no such file or folder`,
    )
    expect(b.trainings[0]!.isKilled).toBe(true)
  })

  test('with that of rank 0, if it finds the same problem', async () => {
    const { c, chief } = await startGroup()
    c.trainings[0]!.end(2, 'a problem\n')
    setTimeout(() => chief.own[0]!.end(2), 20)
    expect(await chief.end).toEqual({ code: 2 })
    expect(chief.lines).toHaveLength(1)
  })

  test('when it is lost three times at the same place', async () => {
    const { b, chief } = await startGroup()
    for (let time = 1; time <= 5; time++) {
      await until(() => chief.own.length === time && b.trainings.length === time)
      // the first two times there is a new checkpoint
      if (time <= 2) chief.save(`state/${time}`)
      chief.own.at(-1)!.kill()
      if (time === 4) break
    }
    expect(await chief.end).toEqual({
      lost: 'The training process of this machine was ended (SIGKILL). It is the third time without a new checkpoint.',
    })
    expect(chief.own).toHaveLength(4)
  })

  test('when the user has ended it, and the group is lost then', async () => {
    const { b, chief } = await startGroup()
    chief.controller.abort()
    b.trainings[0]!.kill()
    expect(await chief.end).toMatchObject({ lost: expect.stringContaining('was ended (SIGKILL)') })
    expect(chief.own).toHaveLength(1)
  })
})

describe('a worker is lost', () => {
  /** A worker that knows the token and says nothing more, until the test closes it. */
  const mute = (prepared: (chief: Stranger) => void) =>
    createServer(async (socket) => {
      const chief = new Stranger(socket)
      const { nonce } = await chief.hear('hello')
      const worker = newNonce()
      chief.say({ type: 'challenge', protocol: PROTOCOL, nonce: worker })
      await chief.hear('prove')
      const proof = proofOf(TOKEN, 'worker', { chief: String(nonce), worker })
      chief.say({ type: 'welcome', proof, version: VERSION })
      await chief.hear('prepare')
      prepared(chief)
    })

  test('that falls silent', async () => {
    const server = mute((chief) => chief.say({ type: 'ready', port: 7 }))
    const chief = startChief([await listening(server)], { least: 1 })
    await until(() => chief.lines.length > 1)
    expect(chief.own[0]!.isKilled).toBe(true)
    expect(chief.lines[1]).toMatch(/^Host \S+ is lost \(it has been silent for 0\.4 s\)\./)
    server.close()
    await until(() => chief.own.length === 2)
    chief.own[1]!.end(0)
    expect(await chief.end).toEqual({ code: 0 })
  })

  test('that goes away before anything is started', async () => {
    const server = mute((chief) => {
      chief.socket.destroy()
      server.close()
    })
    const chief = startChief([await listening(server)], { least: 1 })
    await until(() => chief.own.length === 1)
    expect(chief.lines[1]).toMatch(/^Host \S+ is lost \(the connection was closed\)\./)
    expect(chief.starts[0]).toMatchObject({ isAgain: true, cluster: [expect.stringContaining('127.0.0.1:')] })
    chief.own[0]!.end(0)
    expect(await chief.end).toEqual({ code: 0 })
  })
})

describe('the own address', () => {
  const link = (name: string, local: string, remote: string) => ({ name, local, remote })

  test.each([
    ['without others', [], '127.0.0.1'],
    ['on loopback', [link('b:1', '127.0.0.1', '127.0.0.1')], '127.0.0.1'],
    ['in a network', [link('b:1', '10.0.0.1', '10.0.0.2'), link('c:1', '10.0.0.1', '10.0.0.3')], '10.0.0.1'],
    [
      'of a host that is this machine under its address',
      [link('b:1', '10.0.0.1', '10.0.0.1'), link('c:1', '10.0.0.1', '10.0.0.3')],
      '10.0.0.1',
    ],
  ])('%s', (_, links, address) => expect(ownAddress(links)).toBe(address))

  test('cannot be loopback for one and not for another', () => {
    expect(() =>
      ownAddress([link('localhost:1', '127.0.0.1', '127.0.0.1'), link('c:1', '10.0.0.1', '10.0.0.3')]),
    ).toThrow('Host localhost:1 has the address 127.0.0.1, under which c:1 cannot reach it.')
  })
})
