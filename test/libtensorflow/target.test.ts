/** The wheels for each system. */
import { describe, expect, test } from 'vitest'
import { requireSupported, wheelsFor } from '../../src/libtensorflow/target.js'
import { CPU_WHEELS } from '../../src/libtensorflow/wheels.js'

const { version } = CPU_WHEELS['linux-x64']

const system = (name: string, musl = false) => {
  const [platform, arch] = name.split('-') as [string, string]
  return { platform, arch, musl }
}

describe('wheels', () => {
  test.each([
    ['linux-x64', 'tensorflow-cpu', 'manylinux_2_27_x86_64'],
    ['linux-arm64', 'tensorflow', 'manylinux_2_27_aarch64'],
    ['darwin-arm64', 'tensorflow', 'macosx_12_0_arm64'],
  ])('for the processor on %s', (name, project, platform) => {
    const [wheel, ...more] = wheelsFor('tensorflow', system(name))
    expect(more).toEqual([])
    expect(wheel).toMatchObject({ project, version })
    expect(wheel!.file).toContain(`-${platform}.whl`)
  })

  test('for CUDA: TensorFlow and its extra and-cuda', () => {
    const [tensorflow, ...nvidia] = wheelsFor('cuda', system('linux-x64'))
    expect(tensorflow).toMatchObject({ project: 'tensorflow', version })
    expect(nvidia.map(({ project }) => project)).toContain('nvidia-cudnn-cu12')
    expect(nvidia).toHaveLength(12)
  })

  test('all have a hash and sizes', () => {
    for (const wheel of [
      ...['linux-x64', 'linux-arm64', 'darwin-arm64'].flatMap((name) => wheelsFor('tensorflow', system(name))),
      ...wheelsFor('cuda', system('linux-x64')),
    ]) {
      expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(wheel.file).toContain(`${wheel.project.replaceAll('-', '_')}-${wheel.version}-`)
      expect(Math.min(wheel.bytes, wheel.unpacked)).toBeGreaterThan(500_000)
    }
  })
})

describe('other systems get a message', () => {
  test.each([
    [
      'tensorflow',
      system('darwin-x64'),
      /^`train setup tensorflow` does not support darwin-x64: there are packages for /,
    ],
    [
      'cuda',
      system('linux-arm64'),
      /^`train setup cuda` does not support linux-arm64: there are packages for Linux x64 only\.$/,
    ],
    ['cuda', system('darwin-arm64'), /does not support darwin-arm64/],
    ['tensorflow', system('linux-x64', true), /^TensorFlow has no build for Linux with musl, such as Alpine/],
    [
      'tensorflow',
      system('win32-x64'),
      /^`train setup` does not support win32: engine tensorflow runs on Linux and macOS only\.$/,
    ],
  ] as const)('%s on %j', (target, where, message) => expect(() => wheelsFor(target, where)).toThrow(message))

  test('users may bring a library on systems where the engine runs', () => {
    expect(() => requireSupported(system('darwin-x64'))).not.toThrow()
    expect(() => requireSupported(system('linux-x64', true))).toThrow(/musl/)
  })
})
