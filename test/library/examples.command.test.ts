/** The examples of docs/library.md run as they stand, and leave the process that runs them as it was. */
import { execFile } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'jsonc-parser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SPECS, SPECS_WITHOUT_DATA, specs } from '../support/specs.js'

const ROOT = join(import.meta.dirname, '../..')
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')

const blocks = Array.from(
  readFileSync(join(ROOT, 'docs/library.md'), 'utf8').matchAll(/^```(js|ts)\n(.*?)^```$/gms),
  ([, language, code]) => ({ language: language!, code: code! }),
)

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/trainspec'))
  copyFileSync(join(ROOT, 'specs/data/iris.csv'), join(folder, 'iris.csv'))
  const spec = readFileSync(join(ROOT, 'specs/iris.json'), 'utf8')
  writeFileSync(join(folder, 'iris.json'), spec.replace('data/iris.csv', 'iris.csv'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const node = (...args: readonly string[]) => promisify(execFile)(process.execPath, args, { cwd: folder })

async function run(code: string, name = 'example.js') {
  writeFileSync(join(folder, name), code)
  return node(name)
}

/** The output of each example, in the order of the page; later ones use the run of the first. */
const OUTPUTS: readonly RegExp[] = [
  /^$/,
  /^20 [\d.]+\n40 [\d.]+\n60 [\d.]+\ndone runs\/first \{[^}]*test_acc/,
  /^setosa 0\.9\d+\n$/,
  /^interrupted true\n$/,
  /^1\n$/,
  /'setosa as setosa': 50/,
  /^0 150 \[ 150, 16 \] 2400\n$/,
  /^Adam \[[^\]]*'dense\/kernel'[^\]]*\]\n0\.\d+ 30\n150\n$/,
  /^The spec has 2 problems\.\noverrides model\.layers\.0\.type \/model\/layers\/0\/type: found "Dnse".*\n.*found 0, must be at least 1\n$/,
]

describe('examples of the page', () => {
  const scripts = blocks.filter(({ language }) => language === 'js')

  test('are all here', () => expect(scripts).toHaveLength(OUTPUTS.length))

  test.each(OUTPUTS.map((output, index) => [index, output] as const))('example %i', async (index, output) => {
    const { stdout, stderr } = await run(scripts[index]!.code)
    expect(stdout).toMatch(output)
    expect(stderr).toBe('')
  })

  test('the one in TypeScript has the types of the package, and runs', async () => {
    const [{ code }] = blocks.filter(({ language }) => language === 'ts') as [(typeof blocks)[number]]
    writeFileSync(join(folder, 'typed.ts'), code)
    const options = ['--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022', '--types', 'node']
    await node(tsc, ...options, '--typeRoots', join(ROOT, 'node_modules/@types'), 'typed.ts')
    expect((await node('typed.js')).stdout).toBe('150 true\n')
  })
})

describe('the type of a spec', () => {
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', 'node']
  const roots = ['--typeRoots', join(ROOT, 'node_modules/@types')]
  /** Compiles these specs, and returns the messages. */
  async function compiled(texts: readonly string[]): Promise<string> {
    const lines = texts.map((text, index) => `export const spec${index}: Spec = ${text}`)
    writeFileSync(join(folder, 'specs.ts'), ["import type { Spec } from 'trainspec'", ...lines].join('\n'))
    return node(tsc, ...options, ...roots, 'specs.ts').then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout,
    )
  }

  test('fits every spec that ships', async () => {
    const files = [...specs, ...SPECS_WITHOUT_DATA].map((file) => readFileSync(new URL(file, SPECS), 'utf8'))
    expect(await compiled(files.map((text) => JSON.stringify(parse(text))))).toBe('')
  })

  test.each([
    ['loss: "msse"', /'"msse"' is not assignable.* Did you mean '"mse"'/],
    ['los: "mse"', /'los' does not exist/],
    ['model: { type: "Sequential", layers: ["Dnse"] }', /Did you mean '"Dense"'/],
    ['model: { type: "Sequential", layers: [{ type: "Dnse", units: 3 }] }', /Did you mean '"Dense"'/],
    ['model: { type: "Sequential", layers: [{ type: "Dense", unitz: 3 }] }', /'unitz' does not exist/],
    ['optimizer: { type: "SGD", momentun: 0.9 }', /'momentun' does not exist/],
  ])('refuses %s', async (field, message) => {
    const model = field.startsWith('model') ? '' : 'model: { type: "Sequential", layers: ["Flatten"] }, '
    expect(await compiled([`{ data: "mnist", ${model}${field} }`])).toMatch(message)
  })
})

describe('in a process', () => {
  test('importing the package loads no engine, no reader of data and no schema, and is quick', async () => {
    const log = join(folder, 'loaded.txt')
    writeFileSync(
      join(folder, 'hooks.js'),
      `import { appendFileSync } from 'node:fs'
       export const load = (url, context, next) => {
         appendFileSync(${JSON.stringify(log)}, url + '\\n')
         return next(url, context)
       }`,
    )
    await run(
      `import { register } from 'node:module'
       register('./hooks.js', import.meta.url)
       await import('trainspec')`,
    )
    const loaded = readFileSync(log, 'utf8').trim().split('\n')
    const files = loaded.filter((url) => !url.startsWith('node:')).map((url) => fileURLToPath(url))
    expect(files.filter((path) => !/\/lib\/(index|parts\/[\w-]+)\.js$/.test(path))).toEqual([])
    expect(files.reduce((bytes, path) => bytes + statSync(path).size, 0)).toBeLessThan(30_000)
    expect(loaded.length).toBeLessThan(20)
  })

  test('nothing is printed, listened to or left behind, and the process ends by itself', async () => {
    const { stdout, stderr } = await run(`
      import { evaluate, predict, train } from 'trainspec'
      const state = () => ({
        env: { ...process.env },
        listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
        globals: Object.getOwnPropertyNames(globalThis),
        cwd: process.cwd(),
        exitCode: process.exitCode,
      })
      const before = state()
      let model
      for await (const event of train('iris.json', { overrides: { 'fit.epochs': 2 }, out: 'runs/quiet' })) {
        if (event.type === 'result') model = event.model
      }
      for await (const event of train('iris.json')) if (event.type === 'batchEnd') break
      for await (const _ of predict(model, 'iris.csv')) break
      await evaluate(model)
      const after = state()
      process.on('exit', () => console.log(JSON.stringify({ before, after })))`)
    expect(stderr).toBe('')
    const { before, after } = JSON.parse(stdout)
    // libraries keep these, which docs/library.md says
    const hasDriver = existsSync('/proc/driver/nvidia')
    const onnx = ['ORT_DISABLE_TELEMETRY', 'ORT_RUNNING_UNIT_TESTS']
    for (const name of ['TF_CPP_MIN_LOG_LEVEL', ...onnx, ...(hasDriver ? ['CUDA_CACHE_PATH'] : [])])
      delete after.env[name]
    after.globals = after.globals.filter((name: string) => !/^(_tf|__zod_)/.test(name))
    expect(after).toEqual(before)
  })
})
