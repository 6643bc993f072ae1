// Joins the modules of dist/ into lib/, which the command and the library load: a few files instead of hundreds, because a
// start takes as long as finding and parsing its files. Modules that few commands need stay in files of their own.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
const dist = join(root, 'dist')
const lib = join(root, 'lib')

/** Modules that Node loads by their path: the command, the library, and those that run in other threads and processes. */
const ENTRIES = [
  'cli/main',
  'index',
  'base/lock-thread',
  'base/parent-thread',
  'cli/watch-thread',
  'data/arrays/hdf5-thread',
  'data/augment/batch-thread',
  'data/sources/file-thread',
  'engine/compiled/crew/helper-thread',
  'export/keras/hdf5-thread',
  'run/engine-child',
]
/** Files that modules read beside themselves. */
export const FILES = ['data/sources/digits.gz', 'report/page/charts.js', 'report/page/style.css']
/** Packages that are joined too, because they have many files. Others are loaded from node_modules. */
const PACKAGES = ['@duckdb/node-api', 'zod']

/**
 * Packages of CommonJS with large files. Modules that import them would have Node look through the whole text for names;
 * they get a module that requires the package and exports its names.
 */
const REQUIRED = ['@tensorflow/tfjs-backend-cpu', '@tensorflow/tfjs-core']
const REQUIRING = '\0requiring:'

/** Stands for the way from a file of lib/ to lib/ itself. */
const TO_LIB = '__TO_LIB__'

export async function joinModules() {
  rmSync(lib, { recursive: true, force: true })
  const bundle = await rolldown({
    input: Object.fromEntries(ENTRIES.map((entry) => [entry, join(dist, `${entry}.js`)])),
    platform: 'node',
    external: isOutside,
    plugins: [
      { name: 'places', transform: inPlace, renderChunk: seenFromChunk },
      {
        name: 'requiring',
        resolveId: (id) => (REQUIRED.includes(id) ? `${REQUIRING}${id}` : null),
        load: (id) => (id.startsWith(REQUIRING) ? requiring(id.slice(REQUIRING.length)) : null),
      },
    ],
    checks: { ineffectiveDynamicImport: false },
  })
  await bundle.write({ dir: lib, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'parts/[name].js' })
  for (const file of FILES) {
    mkdirSync(dirname(join(lib, file)), { recursive: true })
    copyFileSync(join(dist, file), join(lib, file))
  }
  writeFileSync(join(lib, 'LICENCES.txt'), PACKAGES.map(licenceOf).join('\n'))
}

/** True for a package that is loaded from node_modules. Other specifiers are paths, or have a character before them. */
const isOutside = (id) =>
  /^(@|node:|\w(?!:))/.test(id) &&
  !REQUIRED.includes(id) &&
  !PACKAGES.some((name) => id === name || id.startsWith(`${name}/`))

const requiring = (name) => `import { createRequire } from 'node:module'
const loaded = createRequire(import.meta.url)(${JSON.stringify(name)})
export const { ${Object.keys(require(name)).join(', ')} } = loaded
`

/** `import.meta.url` of a module stays the place that it would have in lib/. */
function inPlace(code, id) {
  if (!id.startsWith(dist + sep) || !code.includes('import.meta')) return null
  const place = relative(dist, id).split(sep).join('/')
  const there = `new URL(${TO_LIB} + ${JSON.stringify(place)}, import.meta.url).href`
  const places = urlsIn(this.parse(code)).reverse()
  return places.reduce((text, { start, end }) => text.slice(0, start) + there + text.slice(end), code)
}

/** The nodes of a syntax tree that are `import.meta.url`, in their order. */
function urlsIn(node) {
  if (typeof node !== 'object' || node === null) return []
  if (node.type === 'MemberExpression' && node.object.type === 'MetaProperty') return [node]
  return Object.values(node).flatMap(urlsIn)
}

function seenFromChunk(code, { fileName }) {
  const way = '../'.repeat(fileName.split('/').length - 1)
  return code.replaceAll(TO_LIB, JSON.stringify(way === '' ? './' : way))
}

function licenceOf(name) {
  const folder = dirname(require.resolve(`${name}/package.json`))
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return `${name} ${version}, ${license}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8')}\n`
}
