import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { COMMAND, runCommand, temporaryFolder } from '../support/command.js'
import { engineNames } from '../support/engines.js'
import { canCompile, compile } from '../support/stub.js'

const start = promisify(execFile)

/** Signs of a build farm, where ONNX Runtime would keep silent by itself (its telemetry_environment.h). */
const CI_SIGNS = [
  ...['CI', 'TF_BUILD', 'GITHUB_ACTIONS', 'GITLAB_CI', 'CIRCLECI', 'TRAVIS', 'JENKINS_URL', 'CODEBUILD_BUILD_ID'],
  ...['BUILDKITE', 'TEAMCITY_VERSION', 'APPVEYOR', 'BITBUCKET_BUILD_NUMBER', 'SYSTEM_TEAMFOUNDATIONCOLLECTIONURI'],
]

const SPEC = JSON.stringify({
  name: 'tiny',
  data: { dataset: 'bars-and-stripes', size: 3, flatten: true },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 2, activation: 'softmax' }] },
  optimizer: 'sgd',
  loss: 'categorical_crossentropy',
  fit: { batch_size: 4, epochs: 2 },
})

const canWatch = canCompile && process.platform === 'linux'
if (!canWatch) console.warn('Skipped: what a run touches. Watching it needs Linux and a C compiler.')

describe.skipIf(!canWatch)('a process makes no network requests and writes only to', () => {
  /** A folder with the spec, an environment that is watched, and what was seen in it outside of the folder `out`. */
  function watched() {
    const folder = temporaryFolder({ 'tiny.json': SPEC })
    const [library, log] = [join(folder, 'watch.so'), join(folder, 'log')]
    compile(library, { file: 'watch.c' }, '-ldl')
    const env = {
      ...Object.fromEntries(CI_SIGNS.map((name) => [name, ''])),
      // what a user may have set by mistake
      ORT_DISABLE_TELEMETRY: '0',
      ORT_RUNNING_UNIT_TESTS: '',
      LD_PRELOAD: library,
      WATCH_LOG: log,
    }
    const seen = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [])
    const own = [`write ${folder}/out`, 'write /dev/']
    const strays = () => seen().filter((line) => !own.some((start) => line.startsWith(start)))
    return { folder, env, seen, strays }
  }

  test('nothing escapes the watch: a file, a socket, a name', async () => {
    const { folder, env, strays } = watched()
    const code = `require('fs').writeFileSync('elsewhere', '')
      require('dns').lookup('localhost', () => require('net').connect(9, '127.0.0.1').on('error', () => {}))`
    await start(process.execPath, ['-e', code], { cwd: folder, env: { ...process.env, ...env } })
    expect(strays()).toEqual([`write ${folder}/elsewhere`, 'name localhost', 'network IPv4'])
  })

  test.each(engineNames)('the folder of the run, on %s', async (engine) => {
    const { folder, env, seen, strays } = watched()
    const args = ['tiny.json', '--engine', engine, '--out', 'out']
    const { code, stderr } = await runCommand(args, { cwd: folder, env })
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(seen()).toContain(`write ${folder}/out/history.json`)
    expect(strays()).toEqual([])
  })

  test('nothing, in processes that the command starts', async () => {
    const { folder, env, strays } = watched()
    const args = ['bench', 'tiny.json', '--engine', 'onnx', '--rounds', '1', '--steps', '1', '--json']
    const { code, stderr } = await runCommand(args, { cwd: folder, env })
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(strays()).toEqual([])
  })

  test('nothing, if a query reads a table and sorts it', async () => {
    const { folder, env, strays } = watched()
    const table = join(COMMAND, '../../dist/data/tables/open-table.js')
    writeFileSync(join(folder, 'a.csv'), 'a,b\n1,x\n2,y\n')
    const code = `import { openTable } from ${JSON.stringify(table)}
      const table = await openTable(['a.csv'], { select: 'FROM source ORDER BY b DESC' })
      for await (const { count } of table.read({ a: 'number' }).rows()) console.log(count)
      table.close()`
    writeFileSync(join(folder, 'read.mjs'), code)
    const { stdout } = await start(process.execPath, ['read.mjs'], { cwd: folder, env: { ...process.env, ...env } })
    expect({ stdout, strays: strays() }).toEqual({ stdout: '2\n', strays: [] })
  })

  test('nothing, if a thread opens the engine, whose environment is a copy', async () => {
    const { folder, env, strays } = watched()
    const engine = join(COMMAND, '../../dist/engine/compiled/onnx/engine.js')
    writeFileSync(join(folder, 'thread.mjs'), `import { openOnnx } from ${JSON.stringify(engine)}\nopenOnnx()\n`)
    const code = `new (require('worker_threads').Worker)('./thread.mjs')`
    await start(process.execPath, ['-e', code], { cwd: folder, env: { ...process.env, ...env } })
    expect(strays()).toEqual([])
  })
})
