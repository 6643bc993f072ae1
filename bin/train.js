#!/usr/bin/env node
// Starts the command line. A checkout has no dist/ yet on first use, because no install script runs; build it then.
import { existsSync } from 'node:fs'

const main = new URL('../dist/cli/main.js', import.meta.url)
const last = new URL('../dist/spec/validator.cjs', import.meta.url)
const build = new URL('../scripts/build.js', import.meta.url)
if (!existsSync(last) && existsSync(build)) {
  process.stderr.write('First use of this checkout: building...\n')
  await import(build.href)
}
const { main: run } = await import(main.href)
process.exitCode = await run(process.argv.slice(2), process)
