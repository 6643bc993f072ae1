/** A library that cannot be used gives a message of one sentence, and no files remain. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { locateTensorflow } from '../../src/libtensorflow/locate.js'
import { type CommandResult, runCommand, temporaryFolder } from '../support/command.js'
import { FRAMEWORK, LIBRARY } from '../support/package-index.js'
import { canCompile, compile } from '../support/stub.js'

const SPEC = join(import.meta.dirname, '../../specs/mnist-10k.json')

function expectRefusal(result: CommandResult, words: RegExp): void {
  expect(result).toMatchObject({ code: 2, stdout: '' })
  expect(result.stderr).toMatch(/^[^\n]*\.\n$/)
  expect(result.stderr).toMatch(words)
}

/** Both ways to a library end the same: training with it, and setting it up. */
async function expectRefused(folder: string, words: RegExp): Promise<void> {
  const cwd = temporaryFolder()
  const env = { TRAINSPEC_TENSORFLOW: folder }
  expectRefusal(await runCommand([SPEC, '--engine', 'tensorflow'], { cwd, env }), words)
  const setup = await runCommand(['setup', 'tensorflow', '--from', folder], {
    cwd,
    env: { HOME: cwd, XDG_CACHE_HOME: cwd, TRAINSPEC_TENSORFLOW: '' },
  })
  expectRefusal({ ...setup, stderr: setup.stderr.replace(/^(Copying .*|Checking the library: .*)\n/gm, '') }, words)
  expect(readdirSync(cwd)).toEqual([])
}

const CANNOT = /^TensorFlow's library cannot be used: /

test('a folder without it', () => expectRefused(temporaryFolder(), /there is no libtensorflow_cc/))

test.each([
  ['no library at all', 'no library at all\n'.repeat(100)],
  ['an empty file', ''],
])('%s', (_, content) => expectRefused(temporaryFolder({ [LIBRARY]: content }), CANNOT))

const real = locateTensorflow()

/** The loader does not look whether a file ends before its parts do: without our own look the process would die. */
describe.runIf(real !== undefined && process.platform === 'linux')('the real library, cut short', () => {
  /** The first bytes of a file beside the library. */
  function start(name: string, count: number): Buffer {
    const bytes = Buffer.alloc(count)
    const file = openSync(join(dirname(real!.file), name), 'r')
    readSync(file, bytes)
    closeSync(file)
    return bytes
  }

  test.each([100, 10_000, 20_000_000])('after %i bytes', async (count) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, LIBRARY), start(LIBRARY, count))
    await expectRefused(folder, /^TensorFlow's library cannot be used: the end of .*libtensorflow_cc.* is missing\.$/m)
  })

  test('a missing library that it links to', async () => {
    const folder = temporaryFolder({ [LIBRARY]: '' })
    writeFileSync(join(folder, FRAMEWORK), start(FRAMEWORK, 1_000_000))
    await expectRefused(folder, /cannot be used: the end of .*libtensorflow_framework.* is missing\.$/m)
  })
})

describe.runIf(canCompile)('of C', () => {
  const versioned = (version: string): string => {
    const folder = temporaryFolder()
    compile(join(folder, LIBRARY), `const char *TF_Version(void) { return "${version}"; }`)
    return folder
  }

  test('version 2.0', () => expectRefused(versioned('2.0.0'), /has version 2\.0\.0, but 2\.9 or newer is needed/))

  test('a function is missing', () => expectRefused(versioned('2.21.0'), /cannot be used: .*'TF_NewStatus'/))

  test('nothing of TensorFlow', async () => {
    const folder = temporaryFolder()
    compile(join(folder, LIBRARY), 'int something_else;')
    await expectRefused(folder, /cannot be used: .*'TF_Version'/)
  })

  test('another architecture', async () => {
    const folder = versioned('2.21.0')
    const library = readFileSync(join(folder, LIBRARY))
    library.writeUInt16LE(process.arch === 'x64' ? 183 : 62, 18) // e_machine of ELF
    writeFileSync(join(folder, LIBRARY), library)
    await expectRefused(folder, CANNOT)
  })
})
