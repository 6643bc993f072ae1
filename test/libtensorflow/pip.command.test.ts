/** Downloads by pip, also if pip is absent, fails, or downloads another file. */
import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/command.js'
import { filesBelow, tryInstall } from '../support/installation.js'
import { cutAfter, LIBRARY, type MadeUpWheel, packageIndex, tensorflowWheel } from '../support/package-index.js'

/** A PATH whose Python has a pip that does `download`; `$dest` is where the file belongs. */
function pathWithPip(download: string): string {
  const script = `#!/bin/sh
[ "$1" = -c ] && { echo "$0"; exit 0; }
while [ "$1" != --dest ]; do shift; done
dest=$2
${download}
`
  const bin = temporaryFolder({ python3: script })
  chmodSync(join(bin, 'python3'), 0o755)
  return `${bin}${delimiter}/bin${delimiter}/usr/bin`
}

test('pip downloads, and Node makes no request', async () => {
  const made = tensorflowWheel()
  const file = join(temporaryFolder(), made.wheel.file)
  writeFileSync(file, made.data)
  const { url, requests } = await packageIndex([made])
  const { cache, error, said } = await tryInstall({
    wheels: [made],
    index: url,
    env: { PATH: pathWithPip(`cp ${file} $dest/`) },
  })
  expect({ error, said, requests }).toEqual({ error: undefined, said: [], requests: [] })
  expect(filesBelow(cache)).toContain(`tensorflow-2.21.0/tensorflow/${LIBRARY}`)
  expect(readdirSync(cache)).toEqual(['tensorflow-2.21.0'])
})

test.each([
  [
    'fails',
    'echo "WARNING: x" >&2; echo "ERROR: No matching distribution found." >&2; exit 1',
    'No matching distribution found',
  ],
  ['fails without a word', 'exit 3', 'its exit code was 3'],
  [
    'tells a password',
    'echo "ERROR: No files at https://me:s3cr3t@example.org/simple" >&2; exit 1',
    'No files at https://example.org/simple',
  ],
  ['brings nothing', 'exit 0', 'it did not download tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_17_x86_64.whl'],
])('when pip %s, that is told, and Node fetches it', async (_, download, words) => {
  const made = tensorflowWheel()
  const { url, requests } = await packageIndex([made])
  const { error, said } = await tryInstall({ wheels: [made], index: url, env: { PATH: pathWithPip(download) } })
  expect(error).toBeUndefined()
  expect(said).toEqual([`pip could not download ${made.wheel.file} (${words}); downloading it without pip.`])
  expect(requests).toHaveLength(1)
})

test('if pip waits without end, Node downloads instead', async () => {
  const made = tensorflowWheel()
  const { url } = await packageIndex([made])
  const env = { PATH: pathWithPip('exec sleep 100') }
  const { error, said } = await tryInstall({ wheels: [made], index: url, env, stallMs: 500 })
  expect(error).toBeUndefined()
  expect(said).toEqual([
    `pip could not download ${made.wheel.file} (it made no progress for too long); downloading it without pip.`,
  ])
})

test('if pip downloads another file, nothing is installed', async () => {
  const made = tensorflowWheel()
  const { url } = await packageIndex([made])
  const env = { PATH: pathWithPip(`echo other > $dest/${made.wheel.file}`) }
  const { cache, error } = await tryInstall({ wheels: [made], index: url, env })
  expect(error!.message).toMatch(/as pip downloaded it, is not the official file: its SHA-256 differs/)
  expect(filesBelow(cache)).toEqual([])
})

test('a partial download continues without pip', async () => {
  const made = tensorflowWheel()
  const bad = await packageIndex([made], { answers: [cutAfter(10_000)] })
  const { cache } = await tryInstall({ wheels: [made], index: bad.url })
  const good = await packageIndex([made])
  const env = { PATH: pathWithPip('echo "ERROR: not me" >&2; exit 1') }
  const { error, said } = await tryInstall({ wheels: [made], index: good.url, cache, env })
  expect({ error, said }).toEqual({ error: undefined, said: [] })
  expect(good.requests.map(({ range }) => range)).toEqual(['bytes=40000-'])
})

test('an interrupted pip leaves no files', async () => {
  const made = tensorflowWheel()
  const { url } = await packageIndex([made])
  const stop = new AbortController()
  const env = { PATH: pathWithPip(`echo part > $dest/part; exec sleep 30`) }
  const { cache, error } = await tryInstall({
    wheels: [made],
    index: url,
    env,
    signal: stop.signal,
    onProgress: ({ done }) => {
      if (done > 0) stop.abort()
    },
  })
  expect(error?.name).toBe('AbortError')
  expect(filesBelow(cache)).toEqual([])
})

/** Has fetched a part, in its temporary folder, when `then` happens. */
function pipWithPart({ wheel: { file }, data }: MadeUpWheel, then: string): string {
  const part = join(temporaryFolder(), file)
  writeFileSync(part, data.subarray(0, 10_000))
  return pathWithPip(`mkdir $TMPDIR/unpack; cp ${part} $TMPDIR/unpack/; ${then}`)
}

test('a download of an interrupted pip continues; pip ignores the Ctrl-C that it also receives', async () => {
  const made = tensorflowWheel()
  const { url, requests } = await packageIndex([made])
  const stop = new AbortController()
  const trial = { wheels: [made], index: url, env: { PATH: pipWithPart(made, 'kill -INT $$; exec sleep 30') } }
  const { cache, error } = await tryInstall({
    ...trial,
    signal: stop.signal,
    onProgress: ({ done }) => {
      if (done === 10_000) stop.abort()
    },
  })
  expect(error?.name).toBe('AbortError')
  expect(filesBelow(cache)).toEqual([`downloads/${made.wheel.file}`])
  expect((await tryInstall({ ...trial, cache })).error).toBeUndefined()
  expect(requests.map(({ range }) => range)).toEqual(['bytes=10000-'])
  expect(readdirSync(cache)).toEqual(['tensorflow-2.21.0'])
})

test('a download of a killed pip continues at once', async () => {
  const made = tensorflowWheel()
  const { url, requests } = await packageIndex([made])
  const env = { PATH: pipWithPart(made, 'kill -KILL $$') }
  const { error, said } = await tryInstall({ wheels: [made], index: url, env })
  expect(error).toBeUndefined()
  expect(said).toEqual([`pip could not download ${made.wheel.file} (it was killed); downloading it without pip.`])
  expect(requests.map(({ range }) => range)).toEqual(['bytes=10000-'])
})

test('if a partial download cannot continue, pip downloads all of it', async () => {
  const made = tensorflowWheel()
  const bad = await packageIndex([made], { answers: [cutAfter(10_000)] })
  const { cache } = await tryInstall({ wheels: [made], index: bad.url })
  const file = join(temporaryFolder(), made.wheel.file)
  writeFileSync(file, made.data)
  const { url } = await packageIndex([])
  const env = { PATH: pathWithPip(`cp ${file} $dest/`) }
  const { error, said } = await tryInstall({ wheels: [made], index: url, cache, env })
  expect(error).toBeUndefined()
  expect(said).toEqual([
    `The package index has no ${url}/tensorflow-cpu/: the server answered 404. Downloading all of ${made.wheel.file} with pip.`,
  ])
  expect(readdirSync(cache)).toEqual(['tensorflow-2.21.0'])
})

/** True if a real pip is installed. */
function hasPip(): boolean {
  try {
    execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test.runIf(hasPip())('a real pip downloads from the index in its settings', async () => {
  const made = tensorflowWheel()
  const { url, requests } = await packageIndex([made], { html: true })
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, PIP_CONFIG_FILE: '/dev/null', NO_PROXY: '127.0.0.1' }
  const { error, said } = await tryInstall({ wheels: [made], index: url, env })
  expect({ error, said }).toEqual({ error: undefined, said: [] })
  expect(requests.length).toBeGreaterThan(0)
})
