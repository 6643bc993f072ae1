import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/command.js'

const ROOT = join(import.meta.dirname, '../..')
const SPEC = JSON.stringify({
  name: 'tiny',
  data: { dataset: 'bars-and-stripes', size: 3, flatten: true },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 2, activation: 'softmax' }] },
  optimizer: 'sgd',
  loss: 'categorical_crossentropy',
  fit: { batch_size: 4, epochs: 1 },
})

/** The program as it lies on a machine of a user, in a folder of its own: some of its parts, and none of ONNX Runtime's. */
function installed(...parts: readonly ('lib' | 'node_modules' | 'scripts')[]): string {
  const folder = temporaryFolder({ 'tiny.json': SPEC })
  chmodSync(folder, 0o755)
  const native = join(ROOT, 'generated/onnxruntime')
  for (const name of ['bin', 'package.json', 'lib', 'generated', 'scripts'] as const) {
    if ((name === 'lib' || name === 'scripts') && !parts.includes(name)) continue
    cpSync(join(ROOT, name), join(folder, name), { recursive: true, filter: (file) => file !== native })
  }
  if (parts.includes('node_modules')) symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** How it ends, and what it says. */
function start(folder: string, args: readonly string[] = ['--help'], { node = [] as string[], uid = 0 } = {}) {
  const user = uid === 0 ? {} : { uid }
  const { status, stderr } = spawnSync(process.execPath, [...node, join(folder, 'bin/train.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_PATH: '', TRAINSPEC_TENSORFLOW: '' },
    ...user,
  })
  return { status, stderr }
}

/** Opens all files that the system allows when the command looks at the version of Node, which it does first. */
const NO_MORE_FILES = `
  const { openSync } = require('node:fs')
  const { versions } = process
  function get() {
    try {
      for (;;) openSync('/dev/null')
    } catch {
      return versions
    }
  }
  Object.defineProperty(process, 'versions', { get })
`

const AGAIN = 'Install trainspec again.'

describe('a message of one line says why the command cannot start', () => {
  test.each(['16.20.2', '18.20.8', '20.18.3', '21.7.3', '22.11.0'])('Node %s', (version) => {
    const folder = temporaryFolder({
      'old.cjs': `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`,
    })
    expect(start(ROOT, ['--help'], { node: ['-r', join(folder, 'old.cjs')] })).toEqual({
      status: 2,
      stderr: `trainspec needs Node 20.19, 22.12 or newer, but this is Node ${version}. Get a newer one from https://nodejs.org.\n`,
    })
  })

  test.each(['cli/main.js', 'parts/issue.js', 'parts/nearest.js'])('without lib/%s', (file) => {
    const folder = installed('lib', 'node_modules')
    rmSync(join(folder, 'lib', file))
    const missing = join(folder, 'lib', file)
    expect(start(folder)).toEqual({ status: 2, stderr: `trainspec is incomplete: ${missing} is missing. ${AGAIN}\n` })
  })

  test('without a file that only a command needs', () => {
    const folder = installed('lib', 'node_modules')
    expect(start(folder)).toEqual({ status: 0, stderr: '' })
    const missing = join(folder, 'lib/parts/validate.js')
    rmSync(missing)
    expect(start(folder, ['validate', 'tiny.json'])).toEqual({
      status: 2,
      stderr: `trainspec is incomplete: ${missing} is missing. ${AGAIN}\n`,
    })
  })

  test('without its packages', () => {
    const { status, stderr } = start(installed('lib'))
    expect(status).toBe(2)
    expect(stderr).toMatch(/^trainspec is incomplete: [\w./-]+ is missing\. Install trainspec again\.\n$/)
  })

  test('with a file that is cut', () => {
    const folder = installed('lib', 'node_modules')
    const file = join(folder, 'lib/cli/main.js')
    truncateSync(file, Math.floor(statSync(file).size / 2))
    const { status, stderr } = start(folder)
    expect(status).toBe(70)
    expect(stderr).toMatch(/^trainspec cannot start: [^\n]+\. Install trainspec again\.\n$/)
  })

  test.skipIf(process.platform === 'win32')('with too few files', () => {
    const folder = temporaryFolder({ 'full.cjs': NO_MORE_FILES })
    const limited = `ulimit -n 100; "$0" -r '${join(folder, 'full.cjs')}' bin/train.js --help`
    const { status, stderr } = spawnSync('sh', ['-c', limited, process.execPath], { cwd: ROOT, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'trainspec cannot start: too many files are open. Raise the limit, for example with `ulimit -n 1024`.\n',
    })
  })
})

describe('a checkout that was not built', () => {
  test('without the packages for that', () => {
    const folder = installed('scripts')
    expect(start(folder)).toEqual({
      status: 2,
      stderr: `This checkout is not built yet, and building it needs the package typescript. Run \`npm ci\` in ${folder}/, without --omit=dev.\n`,
    })
  })

  test.skipIf(process.getuid === undefined)('of another user', () => {
    const folder = installed('scripts', 'node_modules')
    chmodSync(folder, 0o555)
    const uid = process.getuid!() === 0 ? 65534 : 0
    const { status, stderr } = start(folder, ['--help'], { uid })
    chmodSync(folder, 0o755)
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `This checkout is not built yet, and you may not write to ${folder}/. Ask its owner to run \`npm run build\` there.\n`,
    })
  })
})

describe('engine onnx names the missing part', () => {
  test('ONNX Runtime', () => {
    const folder = installed('lib', 'node_modules')
    const { status, stderr } = start(folder, ['tiny.json', '--engine', 'onnx'])
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `Engine onnx has no ONNX Runtime: ${folder}/generated/onnxruntime is missing. Install trainspec again; in a checkout run \`npm ci && npm run build\`.\n`,
    })
    mkdirSync(join(folder, 'generated/onnxruntime/beos-x64'), { recursive: true })
    expect(start(folder, ['tiny.json', '--engine', 'onnx']).stderr).toBe(
      `Engine onnx has no ONNX Runtime for ${process.platform}-${process.arch}, only for beos-x64: use engine eager:cpu.\n`,
    )
  })

  test('the native part of koffi, which npm leaves out with --omit=optional; auto works without it', () => {
    const folder = installed('lib')
    const packages = join(ROOT, 'node_modules')
    mkdirSync(join(folder, 'node_modules'))
    for (const name of readdirSync(packages)) {
      if (name === '@koromix' || name.startsWith('.')) continue
      if (name !== 'koffi') symlinkSync(join(packages, name), join(folder, 'node_modules', name))
      else cpSync(join(packages, name), join(folder, 'node_modules', name), { recursive: true })
    }
    const { status, stderr } = start(folder, ['tiny.json', '--engine', 'onnx'])
    expect(status).toBe(2)
    expect(stderr).toMatch(
      /^C libraries cannot be called \(Cannot find the native Koffi module.*\)\. `npm install @koromix\/koffi-\w+-\w+@[\d.]+` installs .*\. Engine eager:cpu works without it\.\n$/,
    )
    const auto = start(folder, ['tiny.json'])
    expect(auto.status).toBe(0)
    expect(auto.stderr).toMatch(/^Engine eager:cpu on cpu, which is slow \(.*Koffi.*\)\.\n/)
  })
})
