/** Selects what `train setup` takes from a wheel: libraries, the files that they need, and every licence. */

/** Names of the file with the C API, best first. */
export const libraryNames = (platform: string = process.platform): readonly string[] =>
  platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow.so.2']

/** The library and those that it links to, by the names under which the loader looks for them. */
const LIBRARY = /^libtensorflow(?:_cc|_framework)?(?:\.so\.2|\.2\.dylib)$/
/** NVIDIA's packages, without the files that only compilers need. */
const CUDA = /^nvidia\/\w+\/(?:lib\/[^/]+\.so[^/]*|bin\/.+|nvvm\/.+)$/
const NOTICE = /^(?:THIRD_PARTY\w*|LICEN[SC]E|NOTICE)(?:\.\w+)?$/i
const NOTICE_OF_PACKAGE = /^(\w+)-[^/]*\.dist-info\/(?:licenses\/)?([^/]+)$/

export const isLibraryFile = (name: string): boolean => LIBRARY.test(name)
export const isNotice = (name: string): boolean => NOTICE.test(name)
/** Expects a path that begins with `nvidia/`. */
export const isCudaFile = (path: string): boolean => CUDA.test(path)

/** Returns the path of a wheel's file inside the folder of an installation; undefined for a file that is left out. */
export function unpackedPath(path: string): string | undefined {
  if (path === 'tensorflow/include/LICENSE') return 'tensorflow/LICENSE'
  const inTensorflow = path.startsWith('tensorflow/') ? path.slice('tensorflow/'.length) : ''
  if (isLibraryFile(inTensorflow) || isNotice(inTensorflow) || isCudaFile(path)) return path
  const [, project, name] = NOTICE_OF_PACKAGE.exec(path) ?? []
  return name !== undefined && isNotice(name) ? `licences/${project}-${name}` : undefined
}
