// Builds dist/, TypeScript by tsc and data as they are; generated/; and lib/, the modules of dist/ joined.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bringFont, bringOnnxRuntime, makeGradients, makeKernels, makeValidator } from './generated.js'
import { FILES, joinModules } from './join.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)

const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc')
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: root, stdio: ['ignore', 2, 2] })
removeLeftovers()
for (const file of FILES) copyFileSync(join(root, 'src', file), join(root, 'dist', file))
bringOnnxRuntime()
await bringFont()
await makeKernels()
await makeGradients()
await makeValidator(async () => (await import('../dist/spec/validator-code.js')).validatorCode)
await joinModules()
// last: this file tells `bin/train.js` that the build is complete
writeFileSync(join(root, 'dist/built'), '')

/** Outputs of earlier builds whose sources were removed. */
function removeLeftovers() {
  for (const file of readdirSync(join(root, 'dist'), { recursive: true })) {
    if (!/\.(js|map|d\.ts)$/.test(file) || existsSync(join(root, 'src', file.replace(/\.(js|d\.ts)$/, '.ts')))) continue
    rmSync(join(root, 'dist', file))
  }
}
