/** A worker among strangers, impostors and chiefs, over real sockets. */
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { connectHost, type LinkOptions, type OfferedPack } from '../../src/hosts/host-link.js'
import { type FileFacts, LIMITS, PROTOCOL, SENDING } from '../../src/hosts/messages.js'
import { newNonce, proofOf } from '../../src/hosts/token.js'
import {
  FAST,
  MemoryPacks,
  type Stranger,
  startWorker,
  strangerTo,
  type TestWorker,
  TOKEN,
  task,
  until,
  VERSION,
} from '../support/host-workers.js'

const LINK: LinkOptions = { token: TOKEN, version: VERSION, host: 'chief', check: () => {}, timing: FAST }
const FOREVER = new AbortController().signal
const link = ({ address }: TestWorker, options: Partial<LinkOptions> = {}) =>
  connectHost(address, { ...LINK, ...options }, FOREVER)

/** Random bytes, and good bytes of which some are changed or the end is cut off. */
function badBytes(good: Buffer): fc.Arbitrary<Buffer> {
  const place = fc.nat(good.length - 1)
  const damaged = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 4 }).map((changes) => {
    const bytes = Buffer.from(good)
    for (const [at, byte] of changes) bytes[at] = byte
    return bytes
  })
  const cut = place.map((length) => good.subarray(0, length))
  const noise = fc.uint8Array({ minLength: 1, maxLength: 1500 }).map((bytes) => Buffer.from(bytes))
  return fc.oneof(noise, damaged, cut)
}

/** A worker is alive and free: a chief can train with it. */
async function expectAlive(one: TestWorker): Promise<void> {
  const before = one.tasks.length
  const chief = await link(one)
  expect(await chief.prepare()).toBeGreaterThan(0)
  const ended = chief.start(task())
  await until(() => one.trainings.length > before)
  one.trainings.at(-1)!.end(0)
  expect(await ended).toEqual({ type: 'ended', code: 0, signal: null, words: '' })
  chief.close()
  await until(() => one.lines.at(-1)!.includes('closed'))
}

describe('a chief', () => {
  test('has a port, starts a training process, hears how it ends, and starts another', async () => {
    const one = await startWorker()
    const chief = await link(one)
    expect(chief).toMatchObject({ remote: '127.0.0.1', local: '127.0.0.1', isLost: false })
    const ended = chief.start(task({ spec: `{"name":"${'x'.repeat(100_000)}"}`, workers: 3, pauseAfter: 2 }))
    await until(() => one.trainings.length === 1)
    expect(one.tasks[0]).toMatchObject({ rank: 1, workers: 3, pauseAfter: 2, cluster: ['127.0.0.1:1', '127.0.0.1:2'] })
    expect(one.tasks[0]!.spec).toHaveLength(100_011)
    one.trainings[0]!.end(2, 'no such file')
    expect(await ended).toMatchObject({ code: 2, words: 'no such file' })
    chief.start(task())
    await until(() => one.trainings.length === 2)
    await chief.stop()
    expect(one.trainings[1]!.isKilled).toBe(true)
    // nothing runs
    await chief.stop()
    await chief.prepare()
    chief.close()
    await until(() => one.lines.at(-1)!.includes('closed'))
    expect(one.lines.join('\n')).toMatch(/chief \(127.0.0.1:\d+\): mlp begins; this host is rank 1 of 2\n/)
    expect(one.lines.join('\n')).toMatch(/mlp has ended \(exit code 2\)\nno such file\n/)
  })

  test('that closes its connection ends the training process', async () => {
    const one = await startWorker()
    const chief = await link(one)
    chief.start(task())
    await until(() => one.trainings.length === 1)
    chief.close()
    await until(() => one.trainings[0]!.isKilled)
    await expectAlive(one)
  })

  test('that falls silent is lost, and its training process is ended', async () => {
    const one = await startWorker()
    const stranger = await strangerTo(one.address)
    await stranger.greet()
    await stranger.hear('welcome')
    stranger.say({ type: 'start', task: task() })
    await until(() => one.trainings.length === 1)
    await stranger.closed
    expect(one.trainings[0]!.isKilled).toBe(true)
    expect(one.lines.join('\n')).toContain('it has been silent for 0.4 s; its training process is killed')
    await expectAlive(one)
  })

  test('may be silent but for its heartbeats', async () => {
    const one = await startWorker()
    const chief = await link(one)
    await delay(3 * FAST.silence)
    expect(chief.isLost).toBe(false)
    chief.close()
  })

  test('is told when the worker is gone', async () => {
    const one = await startWorker()
    const chief = await link(one)
    const ended = chief.start(task())
    await until(() => one.trainings.length === 1)
    await one.worker.stop()
    expect(one.trainings[0]!.isKilled).toBe(true)
    expect(await Promise.race([chief.lost, ended])).toBe('the connection was closed')
    await expect(chief.prepare()).rejects.toThrow('the connection was closed')
    await expect(link(one)).rejects.toThrow('connection refused')
  })
})

describe('is refused in words:', () => {
  test('another token', async () => {
    const one = await startWorker()
    const wrong = link(one, { token: Buffer.from('another secret of many characters') })
    await expect(wrong).rejects.toThrow(/^Host 127.0.0.1:\d+ refuses: the token is another one.$/)
    await expectAlive(one)
  })

  test('another version', async () => {
    const one = await startWorker()
    await expect(link(one, { version: '1.2.4' })).rejects.toThrow('refuses: trainspec 1.2.3 is there, not 1.2.4.')
    await expectAlive(one)
  })

  test('another protocol', async () => {
    const one = await startWorker()
    const stranger = await strangerTo(one.address)
    stranger.say({ type: 'hello', protocol: PROTOCOL + 1, nonce: newNonce() })
    expect(await stranger.hear('refused')).toMatchObject({ because: 'protocol' })
    await stranger.closed
    await expectAlive(one)
  })

  test('a second chief, which does not disturb the first', async () => {
    const one = await startWorker()
    const chief = await link(one)
    const ended = chief.start(task())
    await until(() => one.trainings.length === 1)
    await expect(link(one)).rejects.toThrow(/refuses: busy with a run of chief since \d\d:\d\d:\d\d.$/)
    one.trainings[0]!.end(0)
    expect(await ended).toMatchObject({ code: 0 })
    chief.close()
    await until(() => one.lines.at(-1)!.includes('closed'))
    await expectAlive(one)
  })

  test('a worker with a public address, before anything is sent', async () => {
    const one = await startWorker()
    const check = () => {
      throw new Error('it is public')
    }
    await expect(link(one, { check })).rejects.toThrow('it is public')
    await expectAlive(one)
  })
})

test('the next chief waits until the training process of the one before is gone', async () => {
  const one = await startWorker()
  const chief = await link(one)
  chief.start(task())
  await until(() => one.trainings.length === 1)
  const [training] = one.trainings
  let isGone = false
  training!.kill = () => {
    setTimeout(() => {
      isGone = true
      training!.end(null, '', 'SIGKILL')
    }, 100)
  }
  chief.close()
  await until(() => one.lines.some((line) => line.includes('is killed')))
  const next = await link(one)
  expect(isGone).toBe(true)
  next.close()
})

describe('nothing is started by', () => {
  const expectNothing = async (one: TestWorker, stranger: Stranger) => {
    await stranger.closed
    expect(one.tasks).toEqual([])
    await expectAlive(one)
  }

  test.each([
    ['a start without greeting', { type: 'start', task: task() }],
    ['a pack without greeting', `{"type":"piece","follow":2000}\n${'x'.repeat(2000)}`],
    ['an offer without greeting', { type: 'offer', pack: newNonce(), bytes: 10 }],
    ['a proof without greeting', { type: 'prove', proof: newNonce(), version: VERSION, host: 'x' }],
    ['a stop without greeting', { type: 'stop' }],
    ['a message of a worker', { type: 'ready', port: 7 }],
    ['an unknown message', { type: 'run' }],
    ['a hello with something more', { type: 'hello', protocol: PROTOCOL, nonce: newNonce(), task: task() }],
    ['a hello without a nonce', { type: 'hello', protocol: PROTOCOL }],
    ['a short nonce', { type: 'hello', protocol: PROTOCOL, nonce: 'abc' }],
    ['a list', []],
    ['a web browser', 'GET / HTTP/1.1\r\nHost: b\r\n\r\n'],
    ['an empty line', '\n'],
    ['a number', '7\n'],
    ['null', 'null\n'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x0a])],
  ])('%s', async (_, message) => {
    const one = await startWorker()
    const stranger = await strangerTo(one.address)
    stranger.say(message as object)
    await expectNothing(one, stranger)
  })

  test('a line that is too long', async () => {
    const one = await startWorker()
    const stranger = await strangerTo(one.address)
    stranger.say('x'.repeat(LIMITS.stranger + 1))
    await expectNothing(one, stranger)
    expect(one.lines[0]).toMatch(/a line has more than 1000 bytes/)
  })

  test('a long line with a message of the right form', async () => {
    const one = await startWorker()
    const stranger = await strangerTo(one.address)
    stranger.say(`${JSON.stringify({ type: 'hello', protocol: PROTOCOL, nonce: newNonce() })}${' '.repeat(1000)}\n`)
    await expectNothing(one, stranger)
  })

  test('who does not say who it is', async () => {
    const one = await startWorker()
    const stranger = await strangerTo(one.address)
    stranger.say('{"type":"hel')
    await expectNothing(one, stranger)
    expect(one.lines[0]).toMatch(/it has not proved who it is within 0.5 s/)
  })

  test('who sends byte after byte for ever', async () => {
    const one = await startWorker()
    const stranger = await strangerTo(one.address)
    const timer = setInterval(() => stranger.say('x'), 10)
    await expectNothing(one, stranger)
    clearInterval(timer)
  })

  test('a proof that was right on another connection', async () => {
    const one = await startWorker()
    const nonce = newNonce()
    const first = await strangerTo(one.address)
    first.say({ type: 'hello', protocol: PROTOCOL, nonce })
    const { nonce: worker } = await first.hear('challenge')
    const prove = {
      ...{ type: 'prove', version: VERSION, host: 'x' },
      proof: proofOf(TOKEN, 'chief', { chief: nonce, worker: String(worker) }),
    }
    const second = await strangerTo(one.address)
    second.say({ type: 'hello', protocol: PROTOCOL, nonce })
    await second.hear('challenge')
    second.say(prove)
    second.say({ type: 'start', task: task() })
    expect(await second.hear('refused')).toMatchObject({ because: 'token' })
    first.socket.destroy()
    await expectNothing(one, second)
  })

  test('a second hello, which would change the nonce', async () => {
    const one = await startWorker()
    const stranger = await strangerTo(one.address)
    stranger.say({ type: 'hello', protocol: PROTOCOL, nonce: newNonce() })
    await stranger.hear('challenge')
    stranger.say({ type: 'hello', protocol: PROTOCOL, nonce: newNonce() })
    await expectNothing(one, stranger)
  })

  test("the worker's own proof, sent back to it", async () => {
    const one = await startWorker()
    const honest = await strangerTo(one.address)
    await honest.greet()
    const { proof } = await honest.hear('welcome')
    const stranger = await strangerTo(one.address)
    stranger.say({ type: 'hello', protocol: PROTOCOL, nonce: newNonce() })
    await stranger.hear('challenge')
    stranger.say({ type: 'prove', proof, version: VERSION, host: 'x' })
    expect(await stranger.hear('refused')).toMatchObject({ because: 'token' })
    honest.socket.destroy()
    await expectNothing(one, stranger)
  })

  test('random bytes, damaged messages and messages that are cut', { timeout: 30_000 }, async () => {
    const one = await startWorker()
    const good = Buffer.from(
      [
        { type: 'hello', protocol: PROTOCOL, nonce: newNonce() },
        { type: 'prove', proof: newNonce(), version: VERSION, host: 'x' },
        { type: 'start', task: task() },
      ]
        .map((message) => `${JSON.stringify(message)}\n`)
        .join(''),
    )
    const all = fc.sample(fc.tuple(badBytes(good), fc.boolean()), { seed: 27, numRuns: 200 })
    for (const [bytes, ends] of all) {
      const stranger = await strangerTo(one.address)
      stranger.say(bytes)
      if (ends) stranger.socket.end()
      else stranger.socket.destroy()
    }
    await delay(100)
    expect(one.tasks).toEqual([])
    await expectAlive(one)
  })

  test('many strangers at once, who keep a chief out for some time only', async () => {
    const one = await startWorker()
    const all = await Promise.all(Array.from({ length: 200 }, () => strangerTo(one.address)))
    await Promise.all(all.map(({ closed }) => closed))
    expect(one.tasks).toEqual([])
    await expectAlive(one)
  })
})

describe('a pack', () => {
  const pack = (count: number): OfferedPack & { readonly whole: Buffer } => {
    const whole = Buffer.alloc(count, 'of 23 bytes, and so on')
    const sha256 = createHash('sha256').update(whole).digest('hex')
    return { whole, sha256, bytes: count, read: async (at, length) => whole.subarray(at, at + length) }
  }
  const sending = { progress: () => {}, signal: FOREVER }

  test('is sent once, in more pieces than are sent ahead', async () => {
    const packs = new MemoryPacks()
    const one = await startWorker({ packs })
    const chief = await link(one)
    const given = pack(SENDING.unanswered + 2.5 * SENDING.piece)
    const heard: number[] = []
    expect(await chief.offer(given)).toBe(0)
    await chief.send(given, 0, { ...sending, progress: (done) => heard.push(done) })
    expect(packs.whole.get(given.sha256)!.equals(given.whole)).toBe(true)
    expect(heard.at(-1)).toBe(given.bytes)
    expect(heard).toEqual(heard.toSorted((a, b) => a - b))
    expect(await chief.offer(given)).toBe(given.bytes)
    expect(one.lines.join('\n')).toMatch(/11\.0 MB of data have come within \S+ s\n.*11\.0 MB of data are here from an/)
    const ended = chief.start(task({ pack: given.sha256 }))
    await until(() => one.trainings.length === 1)
    expect(one.tasks[0]!.pack).toBe(given.sha256)
    one.trainings[0]!.end(0)
    await ended
    chief.close()
  })

  test('of which a part has come is sent from there on', async () => {
    const packs = new MemoryPacks()
    const one = await startWorker({ packs })
    const given = pack(3 * SENDING.piece)
    const first = await link(one)
    await first.offer(given)
    const read = async (at: number, count: number) => {
      if (at < 2 * SENDING.piece) return given.read(at, count)
      // the first two pieces have arrived
      await until(() => arrived === 2 * SENDING.piece)
      first.close()
      return given.read(at, count)
    }
    let arrived = 0
    const add = packs.add.bind(packs)
    packs.add = async (piece) => {
      arrived = await add(piece)
      return arrived
    }
    await expect(first.send({ ...given, read }, 0, sending)).rejects.toThrow('the run is over')
    const second = await link(one)
    expect(await second.offer(given)).toBe(2 * SENDING.piece)
    await second.send(given, 2 * SENDING.piece, sending)
    expect(packs.whole.get(given.sha256)!.equals(given.whole)).toBe(true)
    second.close()
  })

  test('that arrives damaged is sent again, three times at the most', async () => {
    const packs = new MemoryPacks()
    const one = await startWorker({ packs })
    const chief = await link(one)
    const given = pack(1.5 * SENDING.piece)
    let times = 0
    const damaged = (until: number) => ({
      ...given,
      read: async (at: number, count: number) => {
        const bytes = Buffer.from(await given.read(at, count))
        if (at === 0 && ++times <= until) bytes[7]! ^= 1
        return bytes
      },
    })
    await chief.offer(given)
    await chief.send(damaged(2), 0, sending)
    expect([times, packs.whole.size]).toEqual([3, 1])
    packs.whole.clear()
    times = 0
    await chief.offer(given)
    await expect(chief.send(damaged(9), 0, sending)).rejects.toThrow(/^Host \S+ has got the data damaged 3 times\.$/)
    expect([times, packs.whole.size]).toEqual([3, 0])
    chief.close()
  })

  test('that cannot be kept is refused in words, before or while it comes', async () => {
    const packs = new MemoryPacks()
    const one = await startWorker({ packs })
    const chief = await link(one)
    const full = async () => {
      throw new UserError('Cannot keep the data: /c: the disk is full (/).')
    }
    const words = `Host ${chief.name}: Cannot keep the data: /c: the disk is full (/).`
    const given = pack(3 * SENDING.piece)
    const { begin } = packs
    packs.begin = full
    await expect(chief.offer(given)).rejects.toThrow(new UserError(words))
    packs.begin = begin
    packs.add = full
    await chief.offer(given)
    await expect(chief.send(given, 0, sending)).rejects.toThrow(new UserError(words))
    await expectAlive(one)
  })

  test('whose sending the user ends leaves the worker free', async () => {
    const one = await startWorker()
    const chief = await link(one)
    const given = pack(3 * SENDING.piece)
    await chief.offer(given)
    const ending = new AbortController()
    const read = async (at: number, count: number) => {
      if (at > 0) ending.abort('the user')
      return given.read(at, count)
    }
    await expect(chief.send({ ...given, read }, 0, { ...sending, signal: ending.signal })).rejects.toBe('the user')
    chief.close()
    await expectAlive(one)
  })

  test('is not needed where the files are', async () => {
    const asked: number[] = []
    const one = await startWorker({
      hasFiles: async (files) => {
        asked.push(files.length)
        return files.every(([path]) => path !== '/data/700.png')
      },
    })
    const chief = await link(one)
    const files = (count: number) =>
      Array.from({ length: count }, (_, row): FileFacts => [`/data/${row}.png`, row, 1e9])
    expect([await chief.has(files(600)), await chief.has(files(1200)), await chief.has([])]).toEqual([
      true,
      false,
      true,
    ])
    expect(asked).toEqual([500, 100, 500, 500])
    chief.close()
  })
})

describe('whoever has the token', () => {
  test.each([
    ['a rank that is not in the cluster', { type: 'start', task: task({ rank: 2 }) }],
    ['rank 0', { type: 'start', task: task({ rank: 0 }) }],
    ['an address with a space', { type: 'start', task: task({ cluster: ['a b:1', 'c:2'] }) }],
    ['an address without a port', { type: 'start', task: task({ cluster: ['a', 'c:2'] }) }],
    ['an option that is not known', { type: 'start', task: { ...task(), out: '/' } }],
    ['a name of two lines', { type: 'start', task: task({ name: 'a\nb' }) }],
    ['a pack whose name is a path', { type: 'start', task: task({ pack: '../../x' }) }],
    ['an offer whose name is a path', { type: 'offer', pack: `/${'a'.repeat(63)}`, bytes: 1 }],
    ['an offer of nothing', { type: 'offer', pack: 'a'.repeat(64), bytes: 0 }],
    ['an offer of half a byte', { type: 'offer', pack: 'a'.repeat(64), bytes: 0.5 }],
    ['an offer of more bytes than there are', { type: 'offer', pack: 'a'.repeat(64), bytes: 1e300 }],
    ['a piece that nobody wants', '{"type":"piece","follow":3}\nabc'],
    ['a piece of no bytes', '{"type":"piece","follow":0}\n'],
    ['a piece that is too long', { type: 'piece', follow: SENDING.piece + 1 }],
    ['files without a time', { type: 'look', files: [['/a', 1]] }],
    ['no files', { type: 'look', files: [] }],
    ['too many files', { type: 'look', files: Array(SENDING.files + 1).fill(['/a', 1, 1]) }],
    ['a second greeting', { type: 'hello', protocol: PROTOCOL, nonce: newNonce() }],
    ['no JSON', 'start\n'],
  ])('starts nothing with %s', async (_, message) => {
    const one = await startWorker()
    const stranger = await strangerTo(one.address)
    await stranger.greet()
    await stranger.hear('welcome')
    stranger.say(message as object)
    await stranger.closed
    expect(one.tasks).toEqual([])
    await expectAlive(one)
  })

  /** A chief whose pack is wanted. */
  const offering = async (one: TestWorker, bytes: number) => {
    const stranger = await strangerTo(one.address)
    await stranger.greet()
    await stranger.hear('welcome')
    stranger.say({ type: 'offer', pack: 'a'.repeat(64), bytes })
    await stranger.hear('want')
    return stranger
  }
  const piece = (bytes: Uint8Array) =>
    Buffer.concat([Buffer.from(`${JSON.stringify({ type: 'piece', follow: bytes.length })}\n`), bytes])

  test('cannot make a worker keep more than is answered, nor more than was offered', async () => {
    const packs = new MemoryPacks()
    const one = await startWorker({ packs })
    const add = packs.add.bind(packs)
    let isStopped = true
    packs.add = async (bytes) => {
      while (isStopped) await delay(5)
      return add(bytes)
    }
    const much = await offering(one, 1e9)
    for (let at = 0; at <= SENDING.unanswered; at += SENDING.piece) much.say(piece(Buffer.alloc(SENDING.piece)))
    await much.closed
    isStopped = false
    const more = await offering(one, 10)
    more.say(piece(Buffer.alloc(11)))
    await more.closed
    expect([one.tasks, packs.whole.size]).toEqual([[], 0])
    expect(one.lines.join('\n')).toMatch(/a message is not as expected\n.*connected\n.*too many bytes/)
    await expectAlive(one)
  })

  test('starts nothing while a pack is looked for or received', async () => {
    const one = await startWorker()
    const stranger = await offering(one, 10)
    stranger.say({ type: 'start', task: task() })
    await stranger.closed
    const hasty = await strangerTo(one.address)
    await hasty.greet()
    await hasty.hear('welcome')
    const offer = Buffer.from(`${JSON.stringify({ type: 'offer', pack: 'b'.repeat(64), bytes: 10 })}\n`)
    hasty.say(Buffer.concat([offer, piece(Buffer.alloc(5))]))
    await hasty.closed
    expect(one.tasks).toEqual([])
    await expectAlive(one)
  })

  test('keeps no pack with random bytes, damaged messages and messages that are cut', { timeout: 30_000 }, async () => {
    const packs = new MemoryPacks()
    const one = await startWorker({ packs })
    const good = Buffer.concat([
      piece(Buffer.alloc(40, 1)),
      Buffer.from('{"type":"look","files":[["/a",1,2]]}\n'),
      Buffer.from(`${JSON.stringify({ type: 'offer', pack: 'a'.repeat(64), bytes: 60 })}\n`),
      piece(Buffer.alloc(60, 1)),
      Buffer.from(`${JSON.stringify({ type: 'start', task: task({ rank: 2 }) })}\n`),
    ])
    for (const bytes of fc.sample(badBytes(good), { seed: 27, numRuns: 100 })) {
      const stranger = await offering(one, 40)
      stranger.say(bytes)
      stranger.socket.end()
      await stranger.closed
    }
    expect([one.tasks, packs.whole.size]).toEqual([[], 0])
    await expectAlive(one)
  })

  test('cannot start two processes at once', async () => {
    const one = await startWorker()
    const stranger = await strangerTo(one.address)
    await stranger.greet()
    await stranger.hear('welcome')
    stranger.say({ type: 'start', task: task() })
    stranger.say({ type: 'start', task: task() })
    await stranger.closed
    expect(one.trainings.map(({ isKilled }) => isKilled)).toEqual([true])
    await expectAlive(one)
  })
})
