/** The search for the library: its order, and the report on each folder. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { folderName } from '../../src/libtensorflow/installed.js'
import { locateTensorflow, tensorflowPlaces } from '../../src/libtensorflow/locate.js'
import { temporaryFolder } from '../support/command.js'
import { FRAMEWORK, LIBRARY } from '../support/package-index.js'

/** Writes empty files, with the folders that they need. */
function write(root: string, ...files: string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), '')
  }
}

/** An installation as `train setup` makes it. */
function install(cache: string, target: 'tensorflow' | 'cuda'): string {
  const folder = join(cache, folderName(target, '2.21.0'))
  write(folder, `tensorflow/${LIBRARY}`)
  writeFileSync(join(folder, 'installed.json'), JSON.stringify({ target, version: '2.21.0', bytes: 1 }))
  return join(folder, 'tensorflow', LIBRARY)
}

/** A cache, a current folder and a virtual environment that hold nothing. */
function nothing() {
  const root = temporaryFolder()
  const [cache, cwd, venv] = [join(root, 'cache'), join(root, 'cwd'), join(root, 'venv')]
  for (const folder of [cwd, venv]) mkdirSync(folder)
  const env: Record<string, string> = { VIRTUAL_ENV: venv }
  return { env, cache, cwd, venv, locate: (more = {}) => locateTensorflow({ ...env, ...more }, { cache, cwd }) }
}

describe('TRAINSPEC_TENSORFLOW', () => {
  test.each([
    ['the folder of the library', LIBRARY],
    ['a C package', `lib/${LIBRARY}`],
    ['site-packages', `tensorflow/${LIBRARY}`],
    ['the smaller C library', LIBRARY.replace('_cc', '')],
  ])('names %s', (_, file) => {
    const folder = temporaryFolder()
    write(folder, file, FRAMEWORK)
    expect(nothing().locate({ TRAINSPEC_TENSORFLOW: folder })).toEqual({
      file: join(folder, file),
      source: 'TRAINSPEC_TENSORFLOW',
      cuda: false,
    })
  })

  test('is used before all others, even if it is wrong', () => {
    const { cache, locate } = nothing()
    install(cache, 'tensorflow')
    const folder = temporaryFolder()
    expect(() => locate({ TRAINSPEC_TENSORFLOW: folder })).toThrow(UserError)
    expect(() => locate({ TRAINSPEC_TENSORFLOW: folder })).toThrow(
      /^TRAINSPEC_TENSORFLOW is .*, but there is no libtensorflow_cc\S* or libtensorflow\.\S+ in it\. Set it to the folder with the library, or unset it\.$/,
    )
    expect(locate({ TRAINSPEC_TENSORFLOW: '' })?.source).toBe('train setup')
  })
})

describe('without it', () => {
  test('a library of train setup is used first, that for CUDA before the other', () => {
    const { cache, venv, locate } = nothing()
    write(venv, `lib/python3.12/site-packages/tensorflow/${LIBRARY}`)
    const cpu = install(cache, 'tensorflow')
    expect(locate()).toEqual({ file: cpu, source: 'train setup', cuda: false })
    const cuda = install(cache, 'cuda')
    expect(locate()).toEqual({ file: cuda, source: 'train setup', cuda: true })
  })

  test('a folder without a note is no installation', () => {
    const { cache, locate } = nothing()
    write(cache, `tensorflow-2.21.0/tensorflow/${LIBRARY}`)
    expect(locate()?.source).not.toBe('train setup')
  })

  test('a package of the current folder comes next', () => {
    const { cwd, venv, locate } = nothing()
    write(venv, `lib/python3.12/site-packages/tensorflow/${LIBRARY}`)
    const lib = 'node_modules/@tensorflow/tfjs-node'
    write(cwd, `${lib}/deps/lib/${LIBRARY.replace('_cc', '')}`)
    writeFileSync(join(cwd, lib, 'package.json'), '{ "name": "@tensorflow/tfjs-node" }')
    expect(locate()).toMatchObject({ source: '@tensorflow/tfjs-node', cuda: false })
  })

  test.each(['VIRTUAL_ENV', 'CONDA_PREFIX'])('then the Python of %s', (name) => {
    const { cache, cwd, venv } = nothing()
    const packages = 'lib/python3.12/site-packages'
    write(venv, `${packages}/tensorflow/${LIBRARY}`)
    const locate = () => locateTensorflow({ [name]: venv }, { cache, cwd })
    const found = { file: join(venv, packages, 'tensorflow', LIBRARY), source: `Python in ${venv}` }
    expect(locate()).toEqual({ ...found, cuda: false })
    write(venv, `${packages}/nvidia/cudnn/lib/libcudnn.so.9`)
    expect(locate()).toEqual({ ...found, cuda: true })
    // PyTorch's packages beside the build for processors
    write(venv, `${packages}/tensorflow_cpu-2.21.0.dist-info/METADATA`)
    expect(locate()).toEqual({ ...found, cuda: false })
  })

  describe('then the Python of PATH', () => {
    const withPython = (script: string) => {
      const { cache, cwd } = nothing()
      const bin = temporaryFolder({ python3: `#!/bin/sh\n${script}\n` })
      chmodSync(join(bin, 'python3'), 0o755)
      return { bin, locate: () => locateTensorflow({ PATH: bin }, { cache, cwd }) }
    }

    test('in the folder of its packages', () => {
      const packages = temporaryFolder()
      write(packages, `tensorflow/${LIBRARY}`)
      const { bin, locate } = withPython(`echo '["/nowhere", "${packages}"]'`)
      expect(locate()).toEqual({
        file: join(packages, 'tensorflow', LIBRARY),
        source: `Python in ${bin}`,
        cuda: false,
      })
    })

    test.each(['exit 1', 'echo nonsense', 'echo >&2 broken; kill -9 $$'])('but not when it does `%s`', (script) => {
      expect(withPython(script).locate()).toBeUndefined()
    })

    test.runIf(spawnSync('python3', ['--version']).status === 0)(
      'a real Python names the folder of its packages',
      () => {
        const { cache, cwd } = nothing()
        const places = tensorflowPlaces({ PATH: process.env.PATH }, { cache, cwd })
        const python = places.filter(({ source }) => source.startsWith('Python in '))
        expect(python.length).toBeGreaterThan(0)
        for (const { folder } of python) expect(folder).toMatch(/-packages\/tensorflow$/)
      },
    )
  })
})

test('the report names every place and the result there', () => {
  const { env, cache, cwd, venv } = nothing()
  write(venv, `lib/python3.12/site-packages/tensorflow/${LIBRARY}`)
  const folder = temporaryFolder()
  const places = tensorflowPlaces({ ...env, TRAINSPEC_TENSORFLOW: folder }, { cache, cwd })
  expect(places.slice(0, 2)).toEqual([
    { source: 'TRAINSPEC_TENSORFLOW', folder, cuda: false },
    { source: 'train setup', folder: cache, cuda: false },
  ])
  const python = join(venv, 'lib/python3.12/site-packages/tensorflow')
  expect(places.at(-1)).toEqual({
    source: `Python in ${venv}`,
    folder: python,
    file: join(python, LIBRARY),
    cuda: false,
  })
})
