/** A run of the real command on an engine `eager:...`: what it prints, and its history. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { type CommandResult, runCommand, temporaryFolder } from './command.js'

const TINY = {
  data: { dataset: 'mnist-10k', flatten: true },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 10, activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
  fit: { batch_size: 4000, epochs: 1, validation_split: 0 },
}

/** A folder with a spec, and files below its node_modules. */
export function projectWith(modules: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder({ 'tiny.json': JSON.stringify(TINY) })
  for (const [path, text] of Object.entries(modules)) {
    const file = join(folder, 'node_modules', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return folder
}

/** Whether a file or folder is in the project's own node_modules, where nothing can hide it. */
export const isOwn = (path: string): boolean => existsSync(join(import.meta.dirname, '../../node_modules', path))

/** In a folder of `projectWith`. */
export const runIn = (cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCommand(['tiny.json', ...args], { cwd, env })

export const historyIn = (cwd: string) => JSON.parse(readFileSync(join(cwd, 'runs/tiny/1/history.json'), 'utf8'))

/** Fails unless the text is one sentence. */
export function expectRefusal(result: CommandResult, words: RegExp): void {
  expect(result).toMatchObject({ code: 2, stdout: '' })
  expect(result.stderr).toMatch(/^[A-Z][^\n]*\.\n$/)
  expect(result.stderr).toMatch(words)
}

/** It trained, and nothing but our own lines was printed. */
export function expectRun(result: CommandResult): void {
  expect(result).toMatchObject({ code: 0, stdout: '' })
  expect(result.stderr).toMatch(/^Epoch 1\/1 - [^\n]*\nTrained for [^\n]*\nTest: [^\n]*\nTook [^\n]*\n$/)
}
