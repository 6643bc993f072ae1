/** Rules of the code that a program can check: names, formatting, lint, types. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = dirname(import.meta.dirname)
const require = createRequire(import.meta.url)

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
