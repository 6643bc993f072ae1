// Writes src/libtensorflow/wheels.ts: the wheels that `train setup` downloads, with their sizes and hashes, from PyPI.
// Give the version of TensorFlow: node scripts/pin-wheels.js 2.21.0
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { fromRandomAccessReader, RandomAccessReader } from 'yauzl'

const { unpackedPath } = await import('../dist/libtensorflow/contents.js')

const INDEX = 'https://pypi.org/simple'
const PYTHON = 'cp312' // the C library is the same in the wheels of every version of Python
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [version] = process.argv.slice(2)
if (!version) throw new Error('Give the version of TensorFlow: node scripts/pin-wheels.js 2.21.0')

const pages = new Map()
async function filesOf(project) {
  if (!pages.has(project)) {
    const answer = await fetch(`${INDEX}/${project}/`, { headers: { accept: 'application/vnd.pypi.simple.v1+json' } })
    if (!answer.ok) throw new Error(`${project}: ${answer.status}`)
    pages.set(project, (await answer.json()).files)
  }
  return pages.get(project)
}

/** Reads an archive on the server, without downloading all of it. */
class Remote extends RandomAccessReader {
  constructor(url) {
    super()
    this.url = url
  }
  _readStreamForRange(start, end) {
    const out = new PassThrough()
    fetch(this.url, { headers: { range: `bytes=${start}-${end - 1}` } })
      .then((answer) => {
        if (answer.status !== 206) throw new Error(`${this.url}: ${answer.status}, must be 206`)
        Readable.fromWeb(answer.body).pipe(out)
      })
      .catch((error) => out.destroy(error))
    return out
  }
}

const opened = (url, size) =>
  new Promise((resolve, reject) =>
    fromRandomAccessReader(new Remote(url), size, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error ? reject(error) : resolve(zip),
    ),
  )

const textOf = (zip, entry) =>
  new Promise((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) =>
      error
        ? reject(error)
        : Readable.from(stream)
            .toArray()
            .then((parts) => resolve(Buffer.concat(parts).toString()), reject),
    ),
  )

/** Bytes of the files that we take from a wheel, and its METADATA. */
function look(url, size) {
  return opened(url, size).then(
    (zip) =>
      new Promise((resolve, reject) => {
        let unpacked = 0
        let metadata
        zip.on('entry', (entry) => {
          if (unpackedPath(entry.fileName) !== undefined) unpacked += entry.uncompressedSize
          if (entry.fileName.endsWith('.dist-info/METADATA')) metadata = entry
          zip.readEntry()
        })
        zip.on('end', async () => resolve({ unpacked, metadata: await textOf(zip, metadata) }))
        zip.on('error', reject)
        zip.readEntry()
      }),
  )
}

async function pin(project, wanted, ending) {
  const found = (await filesOf(project)).filter(
    ({ filename, yanked }) =>
      !yanked && filename.split('-')[1] === wanted && filename.endsWith('.whl') && ending.test(filename),
  )
  if (found.length !== 1) throw new Error(`${project} ${wanted}: ${found.length} wheels ${ending}`)
  const [{ filename, url, size, hashes }] = found
  const { unpacked, metadata } = await look(new URL(url, `${INDEX}/${project}/`).href, size)
  process.stderr.write(`${filename}: ${size} bytes, ${unpacked} are taken\n`)
  return { wheel: { project, version: wanted, file: filename, bytes: size, unpacked, sha256: hashes.sha256 }, metadata }
}

const numbers = (text) => text.split('.').map(Number)
const compare = (a, b) => {
  const [x, y] = [numbers(a), numbers(b)]
  const at = x.findIndex((part, index) => part !== (y[index] ?? 0))
  return at < 0 ? 0 : x[at] - (y[at] ?? 0)
}
const HOLDS = { '<': (order) => order < 0, '>=': (order) => order >= 0, '==': (order) => order === 0 }

/** The newest version in a range such as `<13.0,>=12.5.3.2`, as pip takes it. */
async function newest(project, range, ending) {
  const rules = range.split(',').map((rule) => /^(<|>=|==)(.+)$/.exec(rule).slice(1))
  const versions = (await filesOf(project))
    .filter(({ filename, yanked }) => !yanked && ending.test(filename))
    .map(({ filename }) => filename.split('-')[1])
    .filter((one) => /^[\d.]+$/.test(one) && rules.every(([sign, bound]) => HOLDS[sign](compare(one, bound))))
  return versions.toSorted(compare).at(-1)
}

const x64 = new RegExp(`${PYTHON}-manylinux[^-]*x86_64\\.whl$`)
const cpu = {
  'linux-x64': (await pin('tensorflow-cpu', version, x64)).wheel,
  'linux-arm64': (await pin('tensorflow', version, new RegExp(`${PYTHON}-manylinux[^-]*aarch64\\.whl$`))).wheel,
  'darwin-arm64': (await pin('tensorflow', version, new RegExp(`${PYTHON}-macosx[^-]*arm64\\.whl$`))).wheel,
}
const gpu = await pin('tensorflow', version, x64)
const cuda = [gpu.wheel]
for (const [, project, range] of gpu.metadata.matchAll(/^Requires-Dist: (nvidia-[\w-]+)(\S+); extra == "and-cuda"/gm)) {
  const any = /py3-none-manylinux[^-]*x86_64[^-]*\.whl$/
  cuda.push((await pin(project, await newest(project, range, any), any)).wheel)
}

const file = join(root, 'src/libtensorflow/wheels.ts')
writeFileSync(
  file,
  `/** The wheels that \`train setup\` fetches. Written by scripts/pin-wheels.js from PyPI; never by hand. */

export interface Wheel {
  readonly project: string
  readonly version: string
  readonly file: string
  readonly bytes: number
  /** Bytes of what is taken from it. */
  readonly unpacked: number
  readonly sha256: string
}

/** The library for processors, by system. */
export const CPU_WHEELS = ${JSON.stringify(cpu)} as const satisfies Readonly<Record<string, Wheel>>

/** The library for NVIDIA devices and the packages of its extra \`and-cuda\`, by system. */
export const CUDA_WHEELS = ${JSON.stringify({ 'linux-x64': cuda })} as const satisfies Readonly<Record<string, readonly Wheel[]>>
`,
)
const biome = join(dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')), 'bin/biome')
execFileSync(process.execPath, [biome, 'check', '--write', file], { stdio: 'inherit' })
