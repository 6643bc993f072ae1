/** Imports go one way, types included, and no files import one another. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Allowed, importsOf, wrongImports } from './support/imports.js'

/**
 * What each folder may load, and what it may import types of besides, in the order in which data flows. The same table
 * is in docs/design.md.
 */
const ALLOWED: Readonly<Record<string, Allowed>> = {
  base: {
    loads: ['env-paths', 'fastest-levenshtein', '@bufbuild/protobuf', 'koffi'],
    types: ['@tensorflow/tfjs-core'],
  },
  spec: { loads: ['base', 'zod', 'ajv', 'jsonc-parser'] },
  data: {
    loads: [
      ...['base', 'spec', 'fast-png', 'yauzl', 'tinyglobby', 'h5wasm', '@huggingface/tokenizers'],
      ...['@duckdb/node-api', '@duckdb/node-bindings', 'sharp'],
    ],
  },
  model: {
    loads: ['base', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'],
    types: ['spec'],
  },
  program: { loads: ['base', 'model', '@tensorflow/tfjs-core'], types: ['spec'] },
  libtensorflow: { loads: ['base', 'yauzl'] },
  engine: {
    loads: [
      ...['base', 'libtensorflow'],
      ...['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', '@bufbuild/protobuf'],
    ],
    types: ['spec', 'program'],
  },
  training: { loads: ['base'], types: ['spec', 'model', 'program', 'engine'] },
  export: {
    loads: ['base', 'spec', 'model', '@bufbuild/protobuf', 'hyparquet-writer', 'zod', 'h5wasm', 'yazl'],
    types: ['training'],
  },
  import: { loads: ['base', 'spec', 'data', 'model', 'export', 'zod'] },
  report: {
    loads: ['base', '@dagrejs/dagre', 'fast-png', 'vega', 'vega-lite', '@resvg/resvg-js', 'uplot'],
    types: ['spec', 'program', 'training', 'export'],
  },
  run: { loads: ['base', 'spec', 'data', 'model', 'program', 'engine', 'training', 'export', 'import'] },
  serve: {
    loads: ['base', 'data', 'export', 'run', 'content-type', 'negotiator'],
    types: ['spec', 'engine'],
  },
  hosts: { loads: ['base', 'zod'], types: ['engine'] },
  cli: {
    loads: [
      ...['base', 'spec', 'data', 'model', 'libtensorflow', 'engine', 'training', 'report', 'export', 'import', 'run'],
      ...['serve', 'hosts', 'yargs', 'ora'],
    ],
  },
  library: { loads: ['base', 'spec', 'data', 'engine', 'export', 'run'], types: ['training'] },
  'index.ts': { loads: ['base', 'library', 'run'], types: ['spec', 'data', 'training', 'export'] },
}

const src = join(import.meta.dirname, '../src')
const paths = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !path.includes('/assembly/'),
)
const imports = importsOf(Object.fromEntries(paths.map((path) => [path, readFileSync(join(src, path), 'utf8')])))

test('imports of src go one way, types included, and without circles', () => {
  expect(Object.keys(ALLOWED).toSorted()).toEqual([...new Set(paths.map((path) => path.split('/')[0]!))].toSorted())
  expect(wrongImports(imports, ALLOWED)).toEqual([])
})

test('the imports of each kind are found', () => {
  const all = [...imports.values()].flat()
  for (const found of [
    { to: 'base/issue.ts', isPackage: false, isType: false },
    { to: 'base/slot.ts', isPackage: false, isType: true },
    { to: 'engine/compiled/onnx/engine.ts', isPackage: false, isType: false },
    { to: '@tensorflow/tfjs-core', isPackage: true, isType: false },
  ])
    expect(all).toContainEqual(found)
})

describe('of made-up files', () => {
  const allowed = { low: {}, high: { loads: ['low', 'known'], types: ['typed'] }, typed: {} }
  const wrong = (files: Readonly<Record<string, string>>) => wrongImports(importsOf(files), allowed)

  test('imports down are right, of types and of what is loaded', () => {
    const one =
      "import fs from 'node:fs'\nimport known from 'known/part'\nimport type { A } from '../low/a.js'\nexport * from '../low/a.js'\nimport type {\n  T,\n} from '../typed/t.js'\n"
    expect(wrong({ 'high/one.ts': one, 'low/a.ts': '', 'typed/t.ts': '' })).toEqual([])
  })

  test.each([
    ["import type { B } from '../high/b.js'", 'low/a.ts imports types of high/b.ts'],
    ["export type { B } from '../high/b.js'", 'low/a.ts imports types of high/b.ts'],
    ["import { type B, b } from '../high/b.js'", 'low/a.ts imports high/b.ts'],
    ["const b = await import('../high/b.js')", 'low/a.ts imports high/b.ts'],
    ["import '@scope/unknown/part'", 'low/a.ts imports @scope/unknown/part'],
  ])('%s goes up', (text, message) => {
    expect(wrong({ 'low/a.ts': text, 'high/b.ts': '' })).toEqual([message])
  })

  test('types are all that some folders may import', () => {
    expect(wrong({ 'high/one.ts': "import { t } from '../typed/t.js'", 'typed/t.ts': '' })).toEqual([
      'high/one.ts imports typed/t.ts',
    ])
  })

  test('a circle of types is found, however long', () => {
    const next = (name: string) => `import type { X } from './${name}.js'`
    const files = { 'low/a.ts': next('b'), 'low/b.ts': next('c'), 'low/c.ts': next('a'), 'low/d.ts': next('a') }
    expect(wrong(files)).toEqual(['a circle: low/a.ts, low/b.ts, low/c.ts'])
  })
})
