// Builds dist/: TypeScript by tsc, the SIMD kernels by the AssemblyScript compiler, the check of a spec by ajv, data as it is.
import { execFileSync } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
const KERNELS = 'engine/compiled/inputs'

const run = (script, ...args) =>
  execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 2, 2] })

run(join(dirname(require.resolve('typescript/package.json')), 'bin/tsc'), '-p', 'tsconfig.json')
run(
  join(dirname(require.resolve('assemblyscript/package.json')), 'bin/asc.js'),
  `src/${KERNELS}/assembly/kernels.ts`,
  ...['--outFile', `dist/${KERNELS}/kernels.wasm`],
  ...[
    '--importMemory',
    '--runtime',
    'stub',
    '--noAssert',
    '--enable',
    'simd',
    '--enable',
    'threads',
    '--sharedMemory',
    '--maximumMemory',
    '65536',
    '-O3',
  ],
)
copyFileSync(join(root, 'src/data/digits.gz'), join(root, 'dist/data/digits.gz'))
// last: `bin/train.js` takes it for the sign of a whole build
const { validatorCode } = await import('../dist/spec/validator-code.js')
writeFileSync(join(root, 'dist/spec/validator.cjs'), validatorCode())
