// Loads the command and runs it, in a checkout after building what is not built yet, because no install script runs.
// What keeps the command from starting is said in one line: exit code 2 where the user can mend it, else 70.
import { accessSync, constants, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const isCheckout = existsSync(join(root, 'scripts/build.js'))
const REMEDY = isCheckout ? `\`npm ci && npm run build\` in ${root} mends it.` : 'Install trainspec again.'

/** Exit codes above this stand for a signal. */
const AFTER_SIGNALS = 128

/** A line for the user. */
class Obstacle extends Error {}

export async function start(fail) {
  try {
    if (isCheckout && !existsSync(join(root, 'dist/built'))) await build()
    const { main } = await import('../dist/cli/main.js')
    const code = await main(process.argv.slice(2), process)
    // all is written; while Node frees what it has, a further Ctrl-C would end the process with another code
    if (code > AFTER_SIGNALS) process.exit(code)
    process.exitCode = code
  } catch (error) {
    if (error.code === 'EMFILE' || error.code === 'ENFILE') throw error // no more can be found out
    fail(...problemOf(error))
  }
}

/** The file that is asked for above is written last, so a build that was cut off is made again. */
async function build() {
  const { resolve } = createRequire(import.meta.url)
  for (const name of ['typescript', 'assemblyscript', 'onnxruntime-node']) {
    try {
      resolve(`${name}/package.json`)
    } catch {
      throw new Obstacle(
        `This checkout is built when it is first used, which needs package ${name}: run \`npm ci\` in ${root}, without --omit=dev.`,
      )
    }
  }
  try {
    accessSync(existsSync(join(root, 'dist')) ? join(root, 'dist') : root, constants.W_OK)
  } catch {
    throw new Obstacle(
      `This checkout is built when it is first used, and you may not write to ${root}: its owner can, with \`npm run build\`.`,
    )
  }
  process.stderr.write('First use of this checkout: building...\n')
  await import('../scripts/build.js')
}

/** An exit code and a line. */
function problemOf(error) {
  const { code, path, message } = error
  if (error instanceof Obstacle) return [2, message]
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || code === 'ENOENT') {
    const [, missing = path ?? message] = /^Cannot find (?:package|module) '([^']+)'/.exec(message) ?? []
    return [2, `trainspec is not whole: ${missing} is missing. ${REMEDY}`]
  }
  if (code === 'EACCES' || code === 'EPERM') return [2, `trainspec cannot start: ${path ?? message} may not be read.`]
  return [70, `trainspec cannot start: ${message}. ${REMEDY}`]
}
