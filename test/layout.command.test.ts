/** Rules of the code that a program can check: imports, formatting, lint, types. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cruise } from 'dependency-cruiser'
import { expect, test } from 'vitest'

const root = dirname(import.meta.dirname)
const require = createRequire(import.meta.url)

/** The folders that each folder may import from, in the order in which data flows. */
const MAY_IMPORT: Readonly<Record<string, { folders: readonly string[]; packages: readonly string[] }>> = {
  base: { folders: [], packages: ['fastest-levenshtein', '@bufbuild/protobuf', 'koffi'] },
  spec: { folders: ['base'], packages: ['zod', 'ajv', 'jsonc-parser'] },
  data: { folders: ['base'], packages: ['fast-png'] },
  model: {
    folders: ['base'],
    packages: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'],
  },
  program: { folders: ['base', 'model'], packages: ['@tensorflow/tfjs-core'] },
  libtensorflow: { folders: ['base'], packages: ['env-paths', 'yauzl', 'koffi'] },
  engine: {
    folders: ['base', 'program', 'libtensorflow'],
    packages: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', 'koffi', '@bufbuild/protobuf'],
  },
  training: { folders: ['base'], packages: [] },
  report: { folders: ['base'], packages: ['@dagrejs/dagre', 'fast-png'] },
  export: { folders: ['base', 'model'], packages: ['@tensorflow/tfjs-core', '@bufbuild/protobuf', 'zod'] },
  run: {
    folders: ['base', 'spec', 'data', 'model', 'program', 'engine', 'training', 'export'],
    packages: [],
  },
  cli: {
    folders: [
      'base',
      'spec',
      'data',
      'model',
      'program',
      'libtensorflow',
      'engine',
      'training',
      'report',
      'export',
      'run',
    ],
    packages: ['yargs', 'ora'],
  },
}

test('imports go one way, and without cycles', async () => {
  // `src/index.ts` names what the package gives
  const folders = readdirSync(join(root, 'src')).filter((name) => name !== 'index.ts')
  expect(Object.keys(MAY_IMPORT).toSorted()).toEqual(folders.toSorted())
  // compiled files, in which imports of types are gone
  const { output } = await cruise(['dist'], { baseDir: root, doNotFollow: { path: 'node_modules' } })
  if (typeof output === 'string') throw new Error(output)
  const wrong: string[] = []
  for (const { source, dependencies } of output.modules) {
    const from = /^dist\/(\w+)\//.exec(source)?.[1]
    if (!from) continue
    const { folders, packages } = MAY_IMPORT[from]!
    for (const { resolved, module, circular, dependencyTypes } of dependencies) {
      const to = /^dist\/(\w+)\//.exec(resolved)?.[1]
      const allowed = to
        ? to === from || folders.includes(to)
        : dependencyTypes.includes('core') || packages.some((name) => module === name || module.startsWith(`${name}/`))
      if (!allowed) wrong.push(`${source} imports ${module}`)
      if (circular) wrong.push(`${source} and ${resolved} import each other`)
    }
  }
  expect(wrong).toEqual([])
})

test('folders are made by makeFolder: a recursive mkdir of Node may never end', () => {
  const isRecursive = /mkdir(Sync)?\([^()]*(\([^()]*\)[^()]*)*recursive/
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  expect(files.filter((file) => isRecursive.test(readFileSync(join(root, 'src', file), 'utf8')))).toEqual([])
})

test('no import gives another name to what this project exports', () => {
  const renames = /import\s+(type\s+)?{[^}]*\sas\s[^}]*}\s+from\s+'\.{1,2}\//
  const files = ['src', 'test', 'bench', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
  const code = files.filter((file) => /\.[jt]s$/.test(file))
  expect(code.filter((file) => renames.test(readFileSync(join(root, file), 'utf8')))).toEqual([])
})

/** Runs a tool of the project; what it prints is the failure. */
const clean = (file: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [file, ...args], { cwd: root }).catch(({ stdout, stderr }) => {
    throw new Error(stdout + stderr)
  })

const binOf = (name: string, file: string) => join(dirname(require.resolve(`${name}/package.json`)), file)

test('formatting and lint', () =>
  clean(binOf('@biomejs/biome', 'bin/biome'), 'ci', '--error-on-warnings', '--colors=off', '.'))

test('types of the tests', () => clean(binOf('typescript', 'bin/tsc'), '-p', 'test/tsconfig.json'))
