// Makes generated/, which src/ and dist/ both read: the SIMD kernels by the AssemblyScript compiler, the check of a spec by
// ajv, the gradients of tfjs by rolldown, and ONNX Runtime's libraries and the font of pictures as they are. What is there
// and was made of the same sources stays.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
const folder = join(root, 'generated')
/** By file: a hash of its sources. */
const MADE_OF = join(folder, 'made-of.json')

/** Compiles the SIMD kernels from AssemblyScript: those of a step share their memory with threads. */
export async function makeKernels() {
  const shared = ['--sharedMemory', '--enable', 'threads']
  await makeWasm('kernels.wasm', 'src/engine/compiled/inputs/assembly', shared)
  await makeWasm('sections.wasm', 'src/engine/compiled/onnx/sections/assembly', shared)
  await makeWasm('matrix.wasm', 'src/data/matrix/assembly', [])
  await makeWasm('resize.wasm', 'src/data/pictures/assembly', [])
  await makeWasm('sampler.wasm', 'src/data/augment/assembly', [])
}

const makeWasm = (name, folder, own) =>
  make(name, [folder], (file) => {
    const compiler = join(dirname(require.resolve('assemblyscript/package.json')), 'bin/asc.js')
    const memory = ['--importMemory', '--maximumMemory', '65536']
    const options = [...memory, ...own, '--runtime', 'stub', '--noAssert', '--enable', 'simd', '-O3']
    const args = [compiler, `${folder}/kernels.ts`, '--outFile', file, ...options]
    execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] })
  })

/** The gradients of tfjs, bundled by rolldown. */
export const makeGradients = () =>
  make('gradients.cjs', ['scripts/gradients.js'], async (file) => {
    const { bundledGradients } = await import('./gradients.js')
    writeFileSync(file, await bundledGradients())
  })

/** `validatorCode` loads the function of that name from spec/validator-code. */
export const makeValidator = (validatorCode) =>
  make('validator.cjs', ['src/spec', 'src/base'], async (file) => {
    const code = await validatorCode()
    writeFileSync(file, code())
  })

/** Copies the libraries of package onnxruntime-node, one per system. Its scripts and its JavaScript are not needed. */
export function bringOnnxRuntime() {
  const from = join(dirname(require.resolve('onnxruntime-node/package.json')), 'bin/napi-v6')
  for (const file of readdirSync(from, { recursive: true })) {
    const [, platform, arch, name] =
      /^(\w+)[/\\](\w+)[/\\]((?:lib)?onnxruntime(?:\.so\.\d+|\.\d+\.dylib|\.dll))$/.exec(file) ?? []
    if (name === undefined) continue
    const to = join(folder, 'onnxruntime', `${platform}-${arch}`)
    mkdirSync(to, { recursive: true })
    rmSync(join(to, name), { force: true })
    linked(join(from, file), join(to, name))
  }
}

/** Copies the font of pictures, of package dejavu-fonts-ttf. */
export const bringFont = () =>
  make('DejaVuSans.ttf', [], (file) =>
    copyFileSync(join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf/DejaVuSans.ttf'), file),
  )

/** Makes a file, unless it exists and was made from the same sources. */
async function make(name, sources, write) {
  const file = join(folder, name)
  const hash = hashOf(['scripts/generated.js', 'package-lock.json', ...sources])
  const madeOf = existsSync(MADE_OF) ? JSON.parse(readFileSync(MADE_OF, 'utf8')) : {}
  if (existsSync(file) && madeOf[name] === hash) return
  mkdirSync(folder, { recursive: true })
  await write(file)
  writeFileSync(MADE_OF, JSON.stringify({ ...madeOf, [name]: hash }))
}

/** A hash of the names and contents of files, and of all files in folders. */
function hashOf(paths) {
  const hash = createHash('sha256')
  for (const file of paths.flatMap((path) => filesOf(join(root, path)))) {
    hash.update(`${relative(root, file)}\n`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

const filesOf = (path) =>
  statSync(path).isFile()
    ? [path]
    : readdirSync(path)
        .sort()
        .flatMap((name) => filesOf(join(path, name)))

/** Links the file, or copies it if the disk cannot link. */
function linked(from, to) {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}
