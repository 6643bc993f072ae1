// Builds dist/: TypeScript by tsc, the SIMD kernels by the AssemblyScript compiler, the check of a spec by ajv, data and
// ONNX Runtime's libraries as they are.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
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
removeLeftovers()
copyFileSync(join(root, 'src/data/digits.gz'), join(root, 'dist/data/digits.gz'))
bringOnnxRuntime(join(root, 'dist/native/onnxruntime'))
// last: `bin/train.js` takes it for the sign of a whole build
const { validatorCode } = await import('../dist/spec/validator-code.js')
writeFileSync(join(root, 'dist/spec/validator.cjs'), validatorCode())

/** What earlier builds made of sources that are gone. */
function removeLeftovers() {
  for (const file of readdirSync(join(root, 'dist'), { recursive: true })) {
    if (!/\.(js|map|d\.ts)$/.test(file) || existsSync(join(root, 'src', file.replace(/\.(js|d\.ts)$/, '.ts')))) continue
    rmSync(join(root, 'dist', file))
  }
}

/** The library of each system that package onnxruntime-node has one for, alone: its scripts and its JavaScript are not needed. */
function bringOnnxRuntime(folder) {
  const from = join(dirname(require.resolve('onnxruntime-node/package.json')), 'bin/napi-v6')
  for (const file of readdirSync(from, { recursive: true })) {
    const [, platform, arch, name] =
      /^(\w+)[/\\](\w+)[/\\]((?:lib)?onnxruntime(?:\.so\.\d+|\.\d+\.dylib|\.dll))$/.exec(file) ?? []
    if (name === undefined) continue
    const to = join(folder, `${platform}-${arch}`)
    mkdirSync(to, { recursive: true })
    rmSync(join(to, name), { force: true })
    linked(join(from, file), join(to, name))
  }
}

/** One file under two names where the disk can do that. */
function linked(from, to) {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}
