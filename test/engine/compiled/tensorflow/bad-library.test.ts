/** A library or a driver that cannot be used is told in one sentence; stubs are made by the C compiler. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const train = new URL('../../../../bin/train.js', import.meta.url).pathname
const spec = new URL('../../../../specs/mnist-10k.json', import.meta.url).pathname
const LIBRARY = process.platform === 'darwin' ? 'libtensorflow_cc.2.dylib' : 'libtensorflow_cc.so.2'

const newFolder = () => mkdtempSync(join(tmpdir(), 'trainspec-'))

function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  const cwd = newFolder()
  const { status, stdout, stderr } = spawnSync(process.execPath, [train, spec, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, XDG_CACHE_HOME: cwd, ...env },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

const withLibrary = (folder: string) => run(['--engine', 'tensorflow'], { TRAINSPEC_TENSORFLOW: folder })

const ONE_SENTENCE = /^[A-Z][^\n]*\.\n$/

function expectRefusal(result: ReturnType<typeof run>, words: RegExp): void {
  expect(result).toMatchObject({ status: 2, stdout: '' })
  expect(result.stderr).toMatch(ONE_SENTENCE)
  expect(result.stderr).toMatch(words)
}

test('a folder without the library', () => {
  expectRefusal(withLibrary(newFolder()), /^TRAINSPEC_TENSORFLOW is .*, where there is no /)
})

test.each([
  ['no library at all', Buffer.from('no library at all\n'.repeat(100))],
  ['an empty file', Buffer.alloc(0)],
])('%s', (_, content) => {
  const folder = newFolder()
  writeFileSync(join(folder, LIBRARY), content)
  expectRefusal(withLibrary(folder), /^TensorFlow's library cannot be used: /)
})

const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0)
if (!compiler) console.warn('Skipped: stub libraries. They need a C compiler.')

function compiled(name: string, source: string, ...flags: string[]): string {
  const folder = newFolder()
  const file = join(folder, 'stub.c')
  writeFileSync(file, source)
  execFileSync(compiler!, ['-shared', '-fPIC', ...flags, '-o', join(folder, name), file])
  return folder
}

describe.skipIf(!compiler)('stubs', () => {
  const version = (text: string) => `const char *TF_Version(void) { return "${text}"; }`

  test('version 2.0', () => {
    expectRefusal(withLibrary(compiled(LIBRARY, version('2.0.0'))), /is of version 2\.0\.0, 2\.9 or newer is needed/)
  })

  test('a missing function', () => {
    expectRefusal(withLibrary(compiled(LIBRARY, version('2.21.0'))), /cannot be used: .*TF_/)
  })

  test('another architecture', () => {
    const folder = compiled(LIBRARY, version('2.21.0'))
    const library = readFileSync(join(folder, LIBRARY))
    library.writeUInt16LE(process.arch === 'x64' ? 183 : 62, 18) // e_machine of ELF
    writeFileSync(join(folder, LIBRARY), library)
    expectRefusal(withLibrary(folder), /^TensorFlow's library cannot be used: /)
  })

  /** Of one GPU. */
  const driverOf = (cuda: number) =>
    compiled(
      'libcuda.so.1',
      `int cuInit(unsigned flags) { return 0; }
      int cuDriverGetVersion(int *version) { *version = ${cuda}; return 0; }
      int cuDeviceGetCount(int *count) { *count = 1; return 0; }
      int cuDeviceGetName(char *name, int length, int device) { name[0] = 0; return 0; }`,
    )

  test.runIf(process.platform === 'linux')('a driver that is too old', () => {
    const driver = driverOf(11_040)
    const library = compiled(LIBRARY, version('2.21.0'))
    const result = run(['--engine', 'tensorflow', '--device', 'gpu'], {
      LD_LIBRARY_PATH: driver,
      TRAINSPEC_TENSORFLOW: library,
    })
    expectRefusal(result, /the NVIDIA driver is too old, it supports CUDA 11\.4 and 12\.0 or newer is needed/)
  })

  test.runIf(process.platform === 'linux')('a GPU without memory to start in', () => {
    const functions = readFileSync(
      new URL('../../../../src/engine/compiled/tensorflow/c-api.ts', import.meta.url),
      'utf8',
    )
    const others = [...functions.matchAll(/^ {2}(TF_\w+):/gm)]
      .map(([, name]) => name!)
      .filter((name) => !/^TF_(NewSession|GetCode|Message)$/.test(name))
    const source = `
      ${version('2.21.0')}
      static int code;
      void *TF_NewSession(void) { code = 13; return 0; }
      int TF_GetCode(void *status) { return code; }
      const char *TF_Message(void *status) { return "CUDA_ERROR_OUT_OF_MEMORY: out of memory"; }
      ${others.map((name) => `void *${name}(void) { return 0; }`).join('\n')}`
    const packages = newFolder()
    mkdirSync(join(packages, 'nvidia', 'cudnn'), { recursive: true })
    cpSync(compiled(LIBRARY, source), join(packages, 'tensorflow'), { recursive: true })
    const result = run(['--engine', 'tensorflow', '--device', 'gpu'], {
      LD_LIBRARY_PATH: driverOf(12_040),
      TRAINSPEC_TENSORFLOW: packages,
    })
    expectRefusal(result, /^TensorFlow cannot start here: CUDA_ERROR_OUT_OF_MEMORY: out of memory\.\n$/)
  })
})
