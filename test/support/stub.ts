/** Stubs of other machines, in C: libraries and drivers that are broken, or that report what a test needs. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { locateTensorflow } from '../../src/libtensorflow/locate.js'
import { LIBRARY } from './package-index.js'

const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0)
const tensorflow = locateTensorflow()

/** True if there is a C compiler. */
export const canCompile = compiler !== undefined
if (!canCompile) console.warn('Skipped: stub libraries. They need a C compiler.')

/** True if a stub can make TensorFlow see another machine. */
export const canStubTensorflow = canCompile && tensorflow !== undefined && process.platform === 'linux'
if (tensorflow === undefined) {
  console.warn('Skipped: stubs of TensorFlow. `npx train setup tensorflow` installs what they need.')
}

/** Compiles C, a text or a file of stubs/, to a library. */
export function compile(
  library: string,
  source: string | { readonly file: string },
  ...flags: readonly string[]
): void {
  mkdirSync(dirname(library), { recursive: true })
  const [from, input] =
    typeof source === 'string' ? ['-', source] : [join(import.meta.dirname, 'stubs', source.file), '']
  execFileSync(compiler!, ['-shared', '-fPIC', '-w', '-o', library, '-x', 'c', from, '-x', 'none', ...flags], { input })
}

/** Makes the library of stubs/tensorflow.c, as one for CUDA, in a folder for TRAINSPEC_TENSORFLOW. */
export function compileTensorflow(folder: string): void {
  const real = tensorflow!.file
  compile(
    join(folder, 'tensorflow', LIBRARY),
    { file: 'tensorflow.c' },
    ...['-Wl,-soname,stub', '-Wl,--no-as-needed', `-Wl,-rpath,${dirname(real)}`, `-L${dirname(real)}`, real],
  )
  mkdirSync(join(folder, 'nvidia/cudnn'), { recursive: true })
}

/** Makes the driver of stubs/cuda.c, in a folder for LD_LIBRARY_PATH. */
export const compileDriver = (folder: string): void => compile(join(folder, 'libcuda.so.1'), { file: 'cuda.c' })
