import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/command.js'
import { canCompile, compile } from '../support/stub.js'
import { tutorialCommands } from '../support/tutorial.js'

const ROOT = join(import.meta.dirname, '../..')

/** The npm of PATH, which this Node runs. */
const npm = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'npm'))
  .find((file) => existsSync(file))
/** Without what an npm that started the tests says of itself; nobody asks whether npm is new. */
const ENVIRONMENT = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))),
  npm_config_update_notifier: 'false',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
}

function run(cwd: string, file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const options = { cwd, env: { ...ENVIRONMENT, ...env }, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [realpathSync(file), ...args], options)
  return { status, stdout, stderr }
}

const registry = run(ROOT, npm!, ['config', 'get', 'registry']).stdout.trim()
const reached = await fetch(registry, { signal: AbortSignal.timeout(20_000) }).then(
  () => true,
  () => false,
)
if (!reached) console.warn(`Skipped: the packed package. ${registry} cannot be reached.`)

/** Hosts that npm may contact: the registry, or its proxy. */
const proxies = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].flatMap((name) => process.env[name] ?? [])
const HOSTS = [registry, ...proxies].map((url) => `name ${new URL(url).hostname}`)

describe.skipIf(!reached)('the package as npm packs it', () => {
  test('installs into an empty folder, trains, and uninstalls completely', () => {
    const work = temporaryFolder()
    const [packed] = JSON.parse(
      run(ROOT, npm!, ['pack', '--ignore-scripts', '--json', '--pack-destination', work]).stdout,
    )
    const paths: string[] = packed.files.map(({ path }: { path: string }) => path)
    const built = paths.filter((path) => path.startsWith('dist/'))
    const sourceOf = (path: string) => join(ROOT, path.replace('dist', 'src').replace(/\.d\.ts$/, '.ts'))
    expect(built.filter((path) => !existsSync(sourceOf(path)))).toEqual([])
    expect(paths.filter((path) => path.endsWith('.map') || /(?<!\.d)\.ts$/.test(path))).toEqual([])
    expect(paths).toEqual(expect.arrayContaining(['licences/onnxruntime/LICENSE', 'bin/start.js', 'lib/LICENCES.txt']))
    expect(paths.filter((path) => path.startsWith('generated/onnxruntime/'))).toHaveLength(5)
    // folders there are made by the scripts beside them
    const data = readdirSync(join(ROOT, 'specs/data'), { withFileTypes: true })
      .filter((file) => file.isFile())
      .map(({ name }) => `specs/data/${name}`)
    expect(data.length).toBeGreaterThan(1)
    expect(paths.filter((path) => path.startsWith('specs/data/')).toSorted()).toEqual(data.toSorted())

    // a folder with a space, and a PATH that has neither compiler nor cmake nor Python
    const folder = join(work, 'an empty folder')
    const bin = join(work, 'bin')
    for (const made of [folder, bin]) mkdirSync(made)
    symlinkSync(process.execPath, join(bin, 'node'))
    symlinkSync('/bin/sh', join(bin, 'sh'))
    symlinkSync('/usr/bin/env', join(bin, 'env'))
    const env: Record<string, string> = { PATH: bin }
    const log = join(work, 'log')
    if (canCompile && process.platform === 'linux') {
      compile(join(work, 'watch.so'), { file: 'watch.c' }, '-ldl')
      Object.assign(env, { LD_PRELOAD: join(work, 'watch.so'), WATCH_LOG: log })
    }
    writeFileSync(join(folder, 'package.json'), '{ "name": "user", "version": "1.0.0" }')
    const install = run(folder, npm!, ['install', '--prefer-offline', join(work, packed.filename)], env)
    expect(install).toMatchObject({ status: 0 })
    // nobody but the registry was asked, by any script either
    const names = existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .filter((line) => line.startsWith('name '))
      : []
    expect(names.filter((name) => !HOSTS.includes(name))).toEqual([])
    // one package has a script, which is not needed: what it would build is there already
    expect(packagesWithScripts(join(folder, 'node_modules'))).toEqual(['koffi'])
    expect(existsSync(join(folder, 'node_modules/koffi/build'))).toBe(false)

    const spec = join(folder, 'node_modules/trainspec/specs/rbm-bars-and-stripes.json')
    const train = join(folder, 'node_modules/.bin/train')
    const args = [spec, '--engine', 'onnx', '--set', 'fit.epochs=1', '--set', 'expect={}', '--out', 'out']
    expect(run(folder, train, args, { PATH: bin })).toMatchObject({ status: 0 })
    expect(JSON.parse(readFileSync(join(folder, 'out/history.json'), 'utf8'))).toMatchObject({ engine: 'onnx' })

    // the tutorial, in a folder with nothing but the data
    const own = join(work, 'own')
    mkdirSync(own)
    copyFileSync(join(ROOT, 'specs/data/iris.csv'), join(own, 'iris.csv'))
    const ofUser = { ...ENVIRONMENT, PATH: [join(folder, 'node_modules/.bin'), bin].join(delimiter) }
    for (const command of tutorialCommands()) {
      const { status, stderr } = spawnSync('/bin/sh', ['-c', command], { cwd: own, env: ofUser, encoding: 'utf8' })
      expect({ command, status }, stderr).toEqual({ command, status: 0 })
    }

    // the library, from JavaScript and with types
    writeFileSync(join(folder, 'use.mjs'), USE.replace(': string', ''))
    expect(run(folder, join(folder, 'use.mjs'), [spec], { PATH: bin })).toMatchObject({ status: 0, stdout: 'loss\n' })
    writeFileSync(join(folder, 'use.mts'), USE)
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022']
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    expect(run(folder, tsc, [...options, ...types, 'use.mts'])).toMatchObject({ status: 0, stdout: '' })

    expect(run(folder, npm!, ['uninstall', 'trainspec'], { PATH: bin })).toMatchObject({ status: 0 })
    // of scopes npm leaves empty folders
    const modules = join(folder, 'node_modules')
    expect(existsSync(modules) ? namesBelow(modules).filter((file) => basename(file) === 'package.json') : []).toEqual(
      [],
    )
  })
})

/** Trains for an epoch, and prints the first key of what is measured. */
const USE = `
import { train } from 'trainspec'

const path: string = process.argv[2] ?? ''
for await (const event of train(path, { overrides: { 'fit.epochs': 1, expect: {} }, engine: 'onnx' })) {
  if (event.type === 'epochEnd') console.log(Object.keys(event.metrics)[0])
}
`

const namesBelow = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' })

/** Names of installed packages that npm runs a script of. */
function packagesWithScripts(modules: string): string[] {
  return namesBelow(modules)
    .filter((file) => /(?:^|node_modules\/)(?:@[^/]+\/)?[^/@]+\/package\.json$/.test(file))
    .flatMap((file) => {
      const { name, scripts = {} } = JSON.parse(readFileSync(join(modules, file), 'utf8'))
      return ['preinstall', 'install', 'postinstall'].some((script) => Object.hasOwn(scripts, script)) ? [name] : []
    })
}
