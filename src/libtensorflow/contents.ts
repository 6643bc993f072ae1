/** What `train setup` takes from a wheel: libraries, what they need beside them, and every notice of a licence. */

/** Names of the file with the C API, best first. */
export const libraryNames = (platform: string = process.platform): readonly string[] =>
  platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow.so.2']

const LIBRARY = /^tensorflow\/libtensorflow(?:_cc|_framework)?(?:\.so\.2|\.2\.dylib)$/
const NOTICES: Readonly<Record<string, string>> = {
  'tensorflow/THIRD_PARTY_NOTICES.txt': 'tensorflow/THIRD_PARTY_NOTICES.txt',
  'tensorflow/include/LICENSE': 'tensorflow/LICENSE',
}
/** NVIDIA's packages without what only compilers read. */
const CUDA = /^nvidia\/\w+\/(?:lib\/[^/]+\.so[^/]*|bin\/.+|nvvm\/.+)$/
const LICENCE = /^(\w+)-[^/]*\.dist-info\/(?:licenses\/)?([^/]*licen[sc]e[^/]*|notice[^/]*)$/i

/** Where a file of a wheel goes, below the folder of an installation; `undefined` for what is left out. */
export function unpackedPath(name: string): string | undefined {
  if (LIBRARY.test(name) || CUDA.test(name)) return name
  if (Object.hasOwn(NOTICES, name)) return NOTICES[name]
  const [, project, file] = LICENCE.exec(name) ?? []
  return project === undefined ? undefined : `licences/${project}-${file}`
}
