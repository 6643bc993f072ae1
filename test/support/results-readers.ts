/** The programs that `scripts/results-readers.sh` brings. */
import { execFile } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { COMMAND, temporaryFolder } from './command.js'

/** The folder of the programs; undefined without them. */
export const readers = process.env.RESULTS_READERS

if (readers === undefined) {
  console.warn('Tests of programs that read results are skipped: scripts/results-readers.sh brings these programs.')
}

const BIN = join(import.meta.dirname, '../../node_modules/.bin')

/** Runs a program with `train` among the commands that it finds. Throws if it fails. */
export async function withTrain(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
  const commands = temporaryFolder()
  const train = join(commands, 'train')
  writeFileSync(train, `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`)
  chmodSync(train, 0o755)
  const PATH = [commands, readers, BIN, process.env.PATH].join(delimiter)
  return promisify(execFile)(file, args, { cwd, env: { ...process.env, PATH, ...env }, maxBuffer: 64e6 })
}

/** Python with the packages of `test/fixtures/results/requirements.txt`. */
export const readersPython = (): string => join(readers!, 'python')
