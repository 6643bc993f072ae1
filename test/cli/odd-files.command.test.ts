/**
 * Files of every odd kind in the place of every file that a command takes: it ends in words, by itself, and leaves nothing
 * half made. TRAINSPEC_FUZZ=all tries all pairs; else there is a sample.
 */
import { execFileSync } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Io } from '../../src/cli/io.js'
import { main } from '../../src/cli/main.js'

const SPEC = {
  name: 'odd',
  engine: 'onnx',
  data: { dataset: 'bars-and-stripes', size: 3, flatten: true },
  model: { type: 'RBM', hidden_units: 4 },
  training: { algorithm: 'cd' },
  fit: { epochs: 1, batch_size: 8 },
}

const home = process.cwd()
let folder = ''
const mounts: string[] = []
/** Files that can be opened for writing, but have no space. */
const small: string[] = []
const server = createServer()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
  process.chdir(folder)
  writeFileSync('table.csv', `x,y\n${'1,a\n2,b\n'.repeat(20)}`)
  writeFileSync('good.json', JSON.stringify(SPEC))
  writeFileSync('empty', '')
  writeFileSync(
    'bytes',
    Uint8Array.from({ length: 4000 }, (_, at) => (at * 7919) % 256),
  )
  mkdirSync('folder')
  symlinkSync('loop', 'loop')
  symlinkSync('nowhere', 'dangling')
  await new Promise<void>((resolve) => server.listen('socket', resolve))
  if (process.getuid?.() === 0 && process.platform === 'linux') {
    for (const [name, options] of [
      ['full', 'size=4k'],
      ['no-inodes', 'nr_inodes=3'],
      ['read-only', 'ro'],
    ] as const) {
      mkdirSync(name)
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', name], { stdio: 'ignore' })
        mounts.push(name)
      } catch {
        rmSync(name, { recursive: true })
      }
    }
    small.push(...mounts.filter((name) => name !== 'read-only'))
    if (mounts.includes('full')) writeFileSync('full/filler', 'x'.repeat(4096))
    if (mounts.includes('no-inodes')) for (const name of ['a', 'b']) writeFileSync(`no-inodes/${name}`, '')
  }
  expect((await command(['good.json', '--out', 'run', '-v', '0'])).code).toBe(0)
})

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  for (const name of mounts) execFileSync('umount', [join(folder, name)])
  process.chdir(home)
  rmSync(folder, { recursive: true, force: true })
})

/** Files on a disk that were not there at first. */
const addedTo = (disk: string) => readdirSync(disk).filter((entry) => !['filler', 'a', 'b'].includes(entry))

/** In this process, which is quicker than one of its own. */
async function command(args: readonly string[]): Promise<{ code: number; stderr: string }> {
  let stderr = ''
  const collect = new PassThrough().on('data', (text) => {
    stderr += text
  })
  const io = Object.assign(new EventEmitter(), {
    stdin: Readable.from([]),
    stdout: new PassThrough().resume(),
    stderr: collect,
    env: {},
    exit: (code: number) => {
      throw new Error(`exit ${code}`)
    },
  }) as unknown as Io
  return { code: await main(args, io), stderr }
}

const KINDS = (ending: string): readonly string[] => [
  ...[
    'missing',
    'no/such/place',
    'empty',
    'bytes',
    'folder',
    'loop',
    'loop/below',
    'dangling',
    'socket',
    'empty/below',
  ],
  ...['/dev/null', '/dev/full', '/dev/zero', '/proc/x', '/proc/self/mem', `${'n'.repeat(300)}${ending}`],
  ...['full/x', 'full/below/x', 'no-inodes/x', 'read-only/x'].map((path) => `${path}${ending}`),
  `${'p/'.repeat(3000)}x${ending}`,
]

/** Each takes the odd file where the place is. */
const PLACES: Readonly<Record<string, (path: string) => readonly string[]>> = {
  'train SPEC': (path) => [path],
  'train --out': (path) => ['good.json', '-v', '0', '--out', path],
  'train --history': (path) => ['good.json', '-v', '0', '--out', 'o', '--history', path],
  'train --history as rows': (path) => [
    'good.json',
    '-v',
    '0',
    '--out',
    'o',
    '--history',
    path,
    '--history-format',
    'csv',
  ],
  'train CSVLogger': (path) => [
    ...['good.json', '-v', '0', '--out', 'o', '--set'],
    `callbacks=[{"type":"CSVLogger","filename":${JSON.stringify(path)},"append":true}]`,
  ],
  validate: (path) => ['validate', path],
  'data SPEC|FILE': (path) => ['data', path],
  'data --output': (path) => ['data', 'table.csv', '--target', 'y', '--output', path],
  'find-lr --out': (path) => ['find-lr', 'good.json', '--out', path],
  'summary SPEC': (path) => ['summary', path],
  'summary --svg': (path) => ['summary', 'good.json', '--svg', path],
  'bench SPEC': (path) => ['bench', path],
  evaluate: (path) => ['evaluate', path],
  'sample RUN': (path) => ['sample', path],
  'sample --out': (path) => ['sample', 'run', '-n', '2', '--steps', '1', '--out', path],
  'sample --inpaint': (path) => ['sample', 'run', '-n', '2', '--steps', '1', '--out', 'o', '--inpaint', path],
  'transform RUN': (path) => ['transform', path],
  'transform DATA': (path) => ['transform', 'run', path, '--out', 'f.csv'],
  'transform --out': (path) => ['transform', 'run', '--out', path],
  'setup --from': (path) => ['setup', 'tensorflow', '--dry-run', '--from', path],
}

const ENDINGS: Readonly<Record<string, string>> = {
  'data SPEC|FILE': '.csv',
  'transform --out': '.npy',
  'transform DATA': '.npy',
  'sample --inpaint': '.csv',
}

/** One of every so many pairs, another one in each place. */
const SHARE = process.env.TRAINSPEC_FUZZ === 'all' ? 1 : 5

describe.skipIf(process.platform === 'win32').each(Object.entries(PLACES))('%s', (place, argsFor) => {
  const kinds = KINDS(ENDINGS[place] ?? '')
  const at = Object.keys(PLACES).indexOf(place)
  const tried = kinds.filter((_, index) => (index + at) % SHARE === 0)
  test.each(tried.map((path) => [path.slice(0, 20), path] as const))('%s', async (_, path) => {
    const before = readdirSync('.')
    onTestFinished(() => {
      for (const name of readdirSync('.')) if (!before.includes(name)) rmSync(name, { recursive: true })
      for (const name of small) for (const entry of addedTo(name)) rmSync(join(name, entry), { recursive: true })
    })
    const { code, stderr } = await command(argsFor(path))
    expect([0, 1, 2], stderr).toContain(code)
    expect(stderr).not.toMatch(/fault of trainspec|\n {4}at |undefined|\[object/)
    if (code !== 0) expect(stderr.trim()).not.toBe('')
    expect(
      readdirSync('.', { recursive: true })
        .map(String)
        .filter((name) => name.endsWith('.tmp')),
    ).toEqual([])
    for (const name of small) {
      expect(
        addedTo(name).filter((entry) => entry !== 'below'),
        name,
      ).toEqual([])
    }
  })
})
