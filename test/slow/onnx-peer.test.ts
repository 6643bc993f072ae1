/**
 * Exported ONNX models where others run them: in the oldest and the newest ONNX Runtime for Python, and the programs of a
 * bundle as they stand, with the packages that their README names.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inputShapes } from '../../src/base/form.js'
import { sizeOf } from '../../src/base/shape.js'
import { onnxModel } from '../../src/run/export/onnx.js'
import { chromium } from '../support/browser.js'
import { runCommand } from '../support/command.js'
import { kerasPython } from '../support/keras-peer.js'
import { onnxTensor, openOnnx } from '../support/onnx-file.js'
import { specs } from '../support/specs.js'
import { untrained } from '../support/untrained.js'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
const bundle = join(folder, 'bundle')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SPEC = {
  data: { source: 'rows.csv', features: { size: 'float_normalized', colour: 'string_categorical' }, target: 'kind' },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
  fit: { epochs: 1 },
}

beforeAll(async () => {
  writeFileSync(join(folder, 'rows.csv'), 'size,colour,kind\n1,red,cat\n2,green,dog\n3,red,dog\n4,blue,cat\n')
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(SPEC))
  await runCommand(['spec.json', '--out', 'run'], { cwd: folder })
  const { code } = await runCommand(['export', 'run', '--bundle', 'bundle', '--with-preparation'], { cwd: folder })
  expect(code).toBe(0)
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: bundle })
})

const ANSWERS = /^dense 0 (cat|dog) 0\.\d+\ndense 1 (cat|dog) 0\.\d+\n?$/

test('the program for Node runs as it stands', async () => {
  expect((await run(process.execPath, ['predict.js'], { cwd: bundle })).stdout).toMatch(ANSWERS)
})

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}

test.skipIf(chromium === undefined)('the page runs as it stands in headless Chromium', async () => {
  const server = createServer((request, response) => {
    const path = join(bundle, request.url!)
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream')
    try {
      response.end(readFileSync(path))
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const options = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=60000', '--dump-dom']
  const profile = `--user-data-dir=${join(folder, 'profile')}`
  const child = spawn(chromium!, [...options, profile, `http://127.0.0.1:${port}/index.html`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let page = ''
  for await (const text of child.stdout) page += text
  server.close()
  expect(/<pre id="answers">([^<]*)</.exec(page)?.[1]).toMatch(ANSWERS)
})

/** Writes every spec that ships as a model with inputs for it. Returns what ONNX Runtime for Node gives for them. */
async function writeModels(models: string) {
  const expected = new Map<string, Readonly<Record<string, Float32Array>>>()
  for (const spec of specs) {
    const { trained } = await untrained(spec)
    const file = await onnxModel(trained, { withPreparation: false })
    const inputs = Object.entries(inputShapes(trained.form)).map(([input, shape]) => {
      const dims = [3, ...shape]
      return [input, { dims, data: Array.from({ length: sizeOf(dims) }, (_, at) => ((at * 37) % 100) / 100) }] as const
    })
    writeFileSync(join(models, `${spec}.onnx`), file)
    writeFileSync(join(models, `${spec}.json`), JSON.stringify(Object.fromEntries(inputs)))
    const session = await openOnnx(file)
    const feeds = inputs.map(([input, { dims, data }]) => [input, onnxTensor(Float32Array.from(data), dims)])
    const found = Object.entries(await session.run(Object.fromEntries(feeds)))
    expected.set(spec, Object.fromEntries(found.map(([output, { data }]) => [output, data])))
  }
  return expected
}

describe.skipIf(kerasPython === undefined)('in Python', () => {
  const models = join(folder, 'models')
  let expected: Awaited<ReturnType<typeof writeModels>>
  beforeAll(async () => {
    mkdirSync(models)
    expected = await writeModels(models)
  })

  describe.each([
    ['1.17', 'onnxruntime==1.17.3', 'numpy<2'],
    ['newest', 'onnxruntime', 'numpy'],
  ])('ONNX Runtime %s for Python', (name, ...packages) => {
    const python = join(folder, name, 'bin/python')
    beforeAll(async () => {
      await run(kerasPython!, ['-m', 'venv', join(folder, name)])
      await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages])
    })

    test('the program for Python runs as it stands', async () => {
      expect((await run(python, ['predict.py'], { cwd: bundle })).stdout).toMatch(ANSWERS)
    })

    test('every spec that ships gives the same there', async () => {
      const script = fileURLToPath(new URL('../support/onnx_peer.py', import.meta.url))
      const { stdout } = await run(python, ['-B', script, models], { maxBuffer: 1e9 })
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(lines.map((line) => line.name).toSorted()).toEqual(specs.toSorted())
      for (const { name: spec, outputs, metadata } of lines) {
        expect(metadata).toEqual(['class_names', 'preparation', 'spec', 'trainspec'])
        for (const [output, values] of Object.entries(expected.get(spec)!)) {
          const differences = Array.from(values, (one, at) => Math.abs(one - outputs[output][at]))
          expect(Math.max(...differences), `${spec} ${output}`).toBeLessThan(1e-5)
        }
      }
    })
  })
})
