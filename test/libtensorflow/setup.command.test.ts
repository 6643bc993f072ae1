/** Installing the library: its downloads, its files, and that an error leaves nothing incomplete. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { installations } from '../../src/libtensorflow/installed.js'
import { removable, remove } from '../../src/libtensorflow/setup.js'
import { temporaryFolder } from '../support/command.js'
import { filesBelow, tryInstall } from '../support/installation.js'
import { lockOfNone, lockWith } from '../support/locks.js'
import {
  type Answer,
  cutAfter,
  FRAMEWORK,
  indexThat,
  LIBRARY,
  packageIndex,
  serve,
  stallAfter,
  tensorflowWheel,
  wheelOf,
} from '../support/package-index.js'

const INSTALLED = [
  'installed.json',
  'licences/tensorflow_cpu-LICENSE',
  'tensorflow/LICENSE',
  'tensorflow/THIRD_PARTY_NOTICES.txt',
  `tensorflow/${LIBRARY}`,
  `tensorflow/${FRAMEWORK}`,
]
  .map((file) => `tensorflow-2.21.0/${file}`)
  .toSorted()

describe('a wheel from an index', () => {
  test.each([{ html: false }, { html: true }])('is fetched, checked and put in place: %j', async (options) => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel], options)
    const { cache, error, checked, progress } = await tryInstall({
      wheels: [wheel],
      index: url,
      check: async ({ file, source, cuda }) => {
        expect(statSync(file).size).toBe(200_000)
        expect({ source, cuda }).toEqual({ source: 'train setup', cuda: false })
        return 'fine'
      },
    })
    expect(error).toBeUndefined()
    expect(checked).toHaveLength(1)
    expect(filesBelow(cache)).toEqual(INSTALLED)
    expect(installations(cache)).toEqual([
      {
        target: 'tensorflow',
        version: '2.21.0',
        bytes: wheel.wheel.unpacked,
        folder: join(cache, 'tensorflow-2.21.0'),
        file: join(cache, 'tensorflow-2.21.0/tensorflow', LIBRARY),
      },
    ])
    const { bytes, file, unpacked } = wheel.wheel
    expect(progress).toContainEqual({ verb: 'Downloading', file, done: bytes, total: bytes })
    expect(progress.at(-1)).toEqual({ verb: 'Unpacking', file, done: unpacked, total: unpacked })
  })

  test('with packages for CUDA, in the folders of its run paths', async () => {
    const tensorflow = tensorflowWheel()
    const cudnn = wheelOf(
      'nvidia-cudnn-cu12',
      {
        'nvidia/cudnn/lib/libcudnn.so.9': 'cudnn',
        'nvidia/cudnn/include/cudnn.h': 'left out',
        'nvidia_cudnn_cu12-9.1.dist-info/licenses/License.txt': 'NVIDIA',
      },
      '9.1',
    )
    const { url } = await packageIndex([tensorflow, cudnn])
    const { cache, error, checked } = await tryInstall({ wheels: [tensorflow, cudnn], index: url, target: 'cuda' })
    expect(error).toBeUndefined()
    expect(checked[0]).toMatchObject({ cuda: true })
    const files = filesBelow(join(cache, 'tensorflow-2.21.0-cuda'))
    expect(files).toContain('nvidia/cudnn/lib/libcudnn.so.9')
    expect(files).toContain('licences/nvidia_cudnn_cu12-License.txt')
    expect(files).not.toContain('nvidia/cudnn/include/cudnn.h')
  })

  test('continues after lost connections, and requests only the missing part', async () => {
    const wheel = tensorflowWheel()
    const { url, requests } = await packageIndex([wheel], { answers: [cutAfter(100_000), cutAfter(100_000), serve] })
    const { cache, error } = await tryInstall({ wheels: [wheel], index: url })
    expect(error).toBeUndefined()
    expect(requests.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', 'bytes=200000-'])
    expect(filesBelow(cache)).toEqual(INSTALLED)
  })

  test('continues after a server stops sending', async () => {
    const wheel = tensorflowWheel()
    const { url, requests } = await packageIndex([wheel], { answers: [stallAfter(50_000), serve] })
    expect((await tryInstall({ wheels: [wheel], index: url, stallMs: 300 })).error).toBeUndefined()
    expect(requests.map(({ range }) => range)).toEqual([undefined, 'bytes=50000-'])
  })

  test('continues in a later setup', async () => {
    const wheel = tensorflowWheel()
    const bad = await packageIndex([wheel], { answers: [cutAfter(30_000)] })
    const { cache, error } = await tryInstall({ wheels: [wheel], index: bad.url })
    expect(error).toBeInstanceOf(UserError)
    expect(error!.message).toMatch(
      /^http:.*\.whl cannot be downloaded: the connection was cut; 120\.0 kB of it are kept, and the next try resumes the download\.$/,
    )
    expect(filesBelow(cache)).toEqual([`downloads/${wheel.wheel.file}`])
    const good = await packageIndex([wheel])
    expect((await tryInstall({ wheels: [wheel], index: good.url, cache })).error).toBeUndefined()
    expect(good.requests.map(({ range }) => range)).toEqual(['bytes=120000-'])
    expect(filesBelow(cache)).toEqual(INSTALLED)
  })

  test('starts again if the server knows no ranges, or if the first part was wrong', async () => {
    const wheel = tensorflowWheel()
    const noRanges: Answer = (_, response, data) => response.end(data)
    for (const answer of [noRanges, serve]) {
      const { url } = await packageIndex([wheel], { answers: [answer] })
      const cache = join(temporaryFolder(), 'cache')
      mkdirSync(join(cache, 'downloads'), { recursive: true })
      writeFileSync(join(cache, 'downloads', wheel.wheel.file), 'something else')
      expect((await tryInstall({ wheels: [wheel], index: url, cache })).error).toBeUndefined()
      expect(filesBelow(cache)).toEqual(INSTALLED)
    }
  })

  test('user name and password are sent to their server only, and are in no message', async () => {
    const wheel = tensorflowWheel()
    const { url, requests } = await packageIndex([wheel])
    const named = (index: string) => index.replace('http://', 'http://me:s%40cret@')
    expect((await tryInstall({ wheels: [wheel], index: named(url) })).error).toBeUndefined()
    expect(requests[0]!.authorization).toBe(`Basic ${Buffer.from('me:s@cret').toString('base64')}`)
    const { url: empty } = await packageIndex([])
    const { error } = await tryInstall({ wheels: [wheel], index: named(empty) })
    expect(error!.message).not.toMatch(/me:|cret/)
  })
})

/** An error in one sentence, after which there is nothing, or the download alone. */
async function expectNothingInstalled(trial: Parameters<typeof tryInstall>[0], message: RegExp, kept: string[] = []) {
  const { cache, error } = await tryInstall(trial)
  expect(error?.message).toMatch(message)
  expect(error).toBeInstanceOf(UserError)
  expect(filesBelow(cache)).toEqual(kept)
  if (kept.length === 0) expect(existsSync(join(cache, 'downloads'))).toBe(false)
}

describe('nothing is installed', () => {
  test('when the file has another hash', async () => {
    const [wheel, other] = [tensorflowWheel(), tensorflowWheel()]
    const data = other.data.subarray(0, wheel.data.length)
    const { url } = await packageIndex([{ wheel: wheel.wheel, data: Buffer.concat([data], wheel.data.length) }])
    await expectNothingInstalled({ wheels: [wheel], index: url }, /is not the expected file: its SHA-256 differs/)
  })

  test('when the index has another hash, before any download', async () => {
    const wheel = tensorflowWheel()
    const { url, requests } = await packageIndex([wheel], { sha256: '0'.repeat(64) })
    await expectNothingInstalled(
      { wheels: [wheel], index: url },
      /^The .*\.whl of the package index .* is not the official file/,
    )
    expect(requests).toEqual([])
  })

  test('when the file is too long', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([{ ...wheel, data: Buffer.concat([wheel.data, wheel.data]) }])
    const { error } = await tryInstall({ wheels: [wheel], index: url })
    expect(error?.message).toMatch(/is larger than the expected /)
  })

  test('when the index lacks the package, or the file', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([])
    await expectNothingInstalled(
      { wheels: [wheel], index: url },
      /^The package index has no .*: the server answered 404\.$/,
    )
    const older = await packageIndex([wheelOf('tensorflow-cpu', {}, '2.20.0')])
    await expectNothingInstalled(
      { wheels: [wheel], index: older.url },
      /^The package index .* has no tensorflow_cpu-2\.21/,
    )
  })

  test.each([
    [404, /cannot be downloaded: the server answered 404 \(Not Found\)\.$/, 1],
    [503, /cannot be downloaded: the server answered 503 \(Service Unavailable\)\.$/, 4],
  ])('when the server answers %i', async (status, message, tries) => {
    const wheel = tensorflowWheel()
    const { url, requests } = await packageIndex([wheel], {
      answers: [(_, response) => response.writeHead(status).end()],
    })
    await expectNothingInstalled({ wheels: [wheel], index: url }, message)
    expect(requests).toHaveLength(tries)
  })

  test('when the connection to the index is cut', async () => {
    const url = await indexThat((_, response) => {
      response
        .writeHead(200, { 'content-length': 1000 })
        .write('{"files":', () => setTimeout(() => response.destroy(), 20))
    })
    await expectNothingInstalled(
      { wheels: [tensorflowWheel()], index: url },
      /^The package index .* cannot be reached: the connection was cut\.$/,
    )
  })

  test('when there is no server', async () => {
    const index = 'http://127.0.0.1:1/simple'
    const wheels = [tensorflowWheel()]
    await expectNothingInstalled({ wheels, index }, /^The package index .* cannot be reached: .+\.$/)
    await expectNothingInstalled(
      { wheels, index: 'http://no-such-host.invalid/simple' },
      /^The package index .* cannot be reached: there is no .*\.$/,
    )
    await expectNothingInstalled(
      { wheels, index, env: { HTTPS_PROXY: 'http://proxy.example:8080' } },
      /; pip uses HTTPS_PROXY, but Node does so only from version 22\.21 on, with NODE_USE_ENV_PROXY=1\.$/,
    )
    await expectNothingInstalled({ wheels, index: 'nonsense' }, /is not a URL\.$/)
  })

  test('when the file is not an archive, is incomplete, or has no library', async () => {
    const whole = tensorflowWheel()
    const made = (data: Buffer) => {
      const { wheel } = wheelOf('tensorflow-cpu', {})
      const sha256 = execFileSync('sha256sum', { input: data }).toString().slice(0, 64)
      return { data, wheel: { ...wheel, bytes: data.length, sha256 } }
    }
    for (const [data, message] of [
      [Buffer.from('not an archive'), /is not a complete wheel: .*[^.]\.$/],
      [whole.data.subarray(0, -100), /is not a complete wheel/],
      [wheelOf('x', { 'y.txt': 'y' }).data, /contains no libtensorflow_cc/],
    ] as const) {
      const wheel = made(data)
      const { url } = await packageIndex([wheel])
      const kept = [`downloads/${wheel.wheel.file}`]
      await expectNothingInstalled({ wheels: [wheel], index: url }, message, kept)
    }
  })

  test('when the check fails; an internal error stays one', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const check = async () => {
      throw new UserError('The library does not load.')
    }
    const kept = [`downloads/${wheel.wheel.file}`]
    await expectNothingInstalled({ wheels: [wheel], index: url, check }, /^The library does not load\.$/, kept)
    const { error, cache } = await tryInstall({
      wheels: [wheel],
      index: url,
      check: async () => {
        throw new Error('internal: x')
      },
    })
    expect(error).not.toBeInstanceOf(UserError)
    expect(filesBelow(cache)).toEqual(kept)
  })

  test('when there is too little space, before any download', async () => {
    const wheel = tensorflowWheel()
    const { url, requests } = await packageIndex([wheel])
    const free = async () => 500_000
    await expectNothingInstalled(
      { wheels: [wheel], index: url, free },
      /^The disk of .* has only 500\.0 kB free, but 60\d\.\d kB are needed while installing\.$/,
    )
    expect(requests).toEqual([])
  })

  test.runIf(process.platform === 'linux')('when the device of the download is full', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const cache = join(temporaryFolder(), 'cache')
    mkdirSync(join(cache, 'downloads'), { recursive: true })
    symlinkSync('/dev/full', join(cache, 'downloads', wheel.wheel.file))
    const { error } = await tryInstall({ wheels: [wheel], index: url, cache })
    expect(error).toBeInstanceOf(UserError)
    expect(error!.message).toBe(`Cannot install into ${cache}: the disk is full.`)
  })

  test.runIf(canMount())('when the disk gets full while unpacking', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const cache = temporaryFolder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', cache])
    onTestFinished(() => void execFileSync('umount', [cache]))
    const { error } = await tryInstall({ wheels: [wheel], index: url, cache, free: async () => 1e12 })
    expect(error!.message).toBe(`Cannot install into ${cache}: the disk is full.`)
    expect(filesBelow(cache)).toEqual([`downloads/${wheel.wheel.file}`])
    // and the true question for space says it before
    const asked = await tryInstall({ wheels: [wheel], index: url, cache })
    expect(asked.error!.message).toMatch(/^The disk of .* has only \d+\.\d kB free/)
  })

  test('when the folder is not writable', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const above = temporaryFolder()
    chmodSync(above, 0o555)
    const isRoot = process.geteuid?.() === 0
    if (isRoot) process.seteuid!(65534) // whom permissions bind
    try {
      const { error } = await tryInstall({ wheels: [wheel], index: url, cache: join(above, 'cache') })
      expect(error).toBeInstanceOf(UserError)
      expect(error!.message).toMatch(/^Cannot install into .*: no permission\.$/)
    } finally {
      if (isRoot) process.seteuid!(0)
    }
  })

  test('when the folder would lie below a file', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const { error } = await tryInstall({
      wheels: [wheel],
      index: url,
      cache: join(temporaryFolder({ file: '' }), 'file/cache'),
    })
    expect(error).toBeInstanceOf(UserError)
    expect(error!.message).toMatch(/a part of the path is a file, not a folder\.$/)
  })

  test.each(['Downloading', 'Unpacking'])('when it is interrupted while %s', async (verb) => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const stop = new AbortController()
    const { cache, error } = await tryInstall({
      wheels: [wheel],
      index: url,
      signal: stop.signal,
      onProgress: (one) => {
        if (one.verb === verb && one.done > 0) stop.abort()
      },
    })
    expect(error?.name).toBe('AbortError')
    expect(filesBelow(cache)).toEqual([`downloads/${wheel.wheel.file}`])
  })
})

/** True if this user may mount, which a small disk needs. */
function canMount(): boolean {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return false
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('an existing installation', () => {
  test('stays if a new one fails, and is removed if it succeeds', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const { cache } = await tryInstall({ wheels: [wheel], index: url })
    const before = readFileSync(join(cache, 'tensorflow-2.21.0/tensorflow', LIBRARY))
    const bad = { wheels: [wheel], index: url, cache, check: () => Promise.reject(new UserError('No.')) }
    expect((await tryInstall(bad)).error?.message).toBe('No.')
    expect(readFileSync(join(cache, 'tensorflow-2.21.0/tensorflow', LIBRARY))).toEqual(before)
    const newer = wheelOf('tensorflow-cpu', { [`tensorflow/${LIBRARY}`]: 'newer' }, '2.22.0')
    const index = await packageIndex([newer])
    expect((await tryInstall({ wheels: [newer], index: index.url, cache })).error).toBeUndefined()
    expect(installations(cache).map(({ version }) => version)).toEqual(['2.22.0'])
  })

  test('of a killed setup is removed', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const cache = temporaryFolder()
    mkdirSync(join(cache, '.new-1/tensorflow'), { recursive: true })
    writeFileSync(join(cache, 'setup.lock'), lockOfNone())
    expect((await tryInstall({ wheels: [wheel], index: url, cache })).error).toBeUndefined()
    expect(filesBelow(cache)).toEqual(INSTALLED)
    expect(existsSync(join(cache, '.new-1'))).toBe(false)
  })
})

describe('a lock file', () => {
  test.each([
    ['a folder', (file: string) => mkdirSync(file)],
    ['a link to nothing', (file: string) => symlinkSync('nothing', file)],
    ['a link to itself', (file: string) => symlinkSync(file, file)],
    ['a pipe', (file: string) => void execFileSync('mkfifo', [file])],
    ['a large file', (file: string) => writeFileSync(file, ' '.repeat(5000))],
  ])('%s, is told', async (_, make) => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const cache = temporaryFolder()
    const file = join(cache, 'setup.lock')
    make(file)
    const { error } = await tryInstall({ wheels: [wheel], index: url, cache })
    expect(error).toEqual(new UserError(`${file} is not a lock file; remove it.`))
    expect(readdirSync(cache)).toEqual(['setup.lock'])
  })

  test.skipIf(process.getuid === undefined)('that may not be read gives a message', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const cache = temporaryFolder({ 'setup.lock': '{}' })
    const file = join(cache, 'setup.lock')
    chmodSync(cache, 0o777)
    chmodSync(file, 0)
    const user = process.getuid!()
    if (user === 0) process.seteuid!(65534) // root may read all
    const { error } = await tryInstall({ wheels: [wheel], index: url, cache }).finally(() => process.seteuid!(user))
    expect(error).toEqual(new UserError(`Cannot install into ${cache}: ${file}: no permission.`))
    expect(readdirSync(cache)).toEqual(['setup.lock'])
  })

  test.each(['', 'null', '{"pid":"1"}', '[1]'])('%j names no process and is ignored', async (text) => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const cache = temporaryFolder({ 'setup.lock': text })
    expect((await tryInstall({ wheels: [wheel], index: url, cache })).error).toBeUndefined()
    expect(filesBelow(cache)).toEqual(INSTALLED)
  })
})

describe('two setups at once', () => {
  test('the second one gets a message', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const cache = temporaryFolder()
    let second: Awaited<ReturnType<typeof tryInstall>> | undefined
    const first = await tryInstall({
      wheels: [wheel],
      index: url,
      cache,
      check: async () => {
        second = await tryInstall({ wheels: [wheel], index: url, cache })
        return 'fine'
      },
    })
    expect(first.error).toBeUndefined()
    expect(second!.error).toBeInstanceOf(UserError)
    expect(second!.error!.message).toMatch(
      /^Another `train setup` is running \(process \d+ on .+\)\. Wait until it has ended/,
    )
    expect(filesBelow(cache)).toEqual(INSTALLED)
  })

  test('a process of another machine counts as alive while it touches its lock', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const cache = temporaryFolder({ 'setup.lock': lockWith({ pid: 1, host: 'elsewhere' }) })
    const { error } = await tryInstall({ wheels: [wheel], index: url, cache })
    expect(error!.message).toContain('process 1 on elsewhere')
    expect(filesBelow(cache)).toEqual(['setup.lock'])
  })
})

describe('removing', () => {
  test('removes one or all, and the downloads', async () => {
    const wheel = tensorflowWheel()
    const { url } = await packageIndex([wheel])
    const { cache } = await tryInstall({ wheels: [wheel], index: url })
    await tryInstall({ wheels: [wheel], index: url, cache, target: 'cuda' })
    mkdirSync(join(cache, 'downloads'))
    writeFileSync(join(cache, 'downloads/x.whl'), 'part')
    expect(installations(cache).map(({ target }) => target)).toEqual(['cuda', 'tensorflow'])
    const paths = (await removable(cache)).map(({ path }) => path.slice(cache.length + 1))
    expect(paths).toEqual(['tensorflow-2.21.0-cuda', 'tensorflow-2.21.0', 'downloads'])
    const [removed, downloads] = await remove(cache, 'tensorflow')
    expect(removed!.bytes).toBeGreaterThan(300_000)
    expect(downloads).toEqual({ path: join(cache, 'downloads'), bytes: 4 })
    expect(installations(cache).map(({ target }) => target)).toEqual(['cuda'])
    await remove(cache)
    expect(existsSync(cache)).toBe(false)
    expect(await remove(cache)).toEqual([])
  })
})
