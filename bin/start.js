// Loads the command and runs it. In a checkout, builds it first if it is not built yet, because no install script does.
// If the command cannot start, prints one line: exit code 2 if the user can fix it, else 70.
import { accessSync, constants, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const isCheckout = existsSync(join(root, 'scripts/build.js'))
const REMEDY = isCheckout ? `To fix it, run \`npm ci && npm run build\` in ${root}.` : 'Install trainspec again.'

/** Exit codes above this stand for a signal. */
const AFTER_SIGNALS = 128

/** A problem that the user can fix. Its message is the line that is printed. */
class Obstacle extends Error {}

export async function start(fail) {
  try {
    if (isCheckout && !existsSync(join(root, 'dist/built'))) await build()
    const { main } = await import('../lib/cli/main.js')
    const code = await main(process.argv.slice(2), process)
    // everything is written; another Ctrl-C while Node shuts down would change the exit code
    if (code > AFTER_SIGNALS) process.exit(code)
    process.exitCode = code
  } catch (error) {
    if (error.code === 'EMFILE' || error.code === 'ENFILE') throw error // no file can be opened to find out more; bin/train.js reports it
    fail(...problemOf(error))
  }
}

/**
 * Builds the checkout. `dist/built`, which `start` looks for, is written last, so an interrupted build is repeated.
 */
async function build() {
  const { resolve } = createRequire(import.meta.url)
  for (const name of ['typescript', 'assemblyscript', 'onnxruntime-node', 'rolldown']) {
    try {
      resolve(`${name}/package.json`)
    } catch {
      throw new Obstacle(
        `This checkout is not built yet, and building it needs the package ${name}. Run \`npm ci\` in ${root}, without --omit=dev.`,
      )
    }
  }
  try {
    accessSync(existsSync(join(root, 'dist')) ? join(root, 'dist') : root, constants.W_OK)
  } catch {
    throw new Obstacle(
      `This checkout is not built yet, and you may not write to ${root}. Ask its owner to run \`npm run build\` there.`,
    )
  }
  process.stderr.write('Building this checkout before its first use...\n')
  await import('../scripts/build.js')
}

/** Returns the exit code and the line to print. */
function problemOf(error) {
  const { code, path, message } = error
  if (error instanceof Obstacle) return [2, message]
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || code === 'ENOENT') {
    const [, missing = path ?? message] = /^Cannot find (?:package|module) '([^']+)'/.exec(message) ?? []
    return [2, `trainspec is incomplete: ${missing} is missing. ${REMEDY}`]
  }
  if (code === 'EACCES' || code === 'EPERM')
    return [2, `trainspec cannot start: you have no permission to read ${path ?? message}.`]
  return [70, `trainspec cannot start: ${message}. ${REMEDY}`]
}
