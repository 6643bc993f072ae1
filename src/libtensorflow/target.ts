/** What `train setup` can install, and on which systems. */
import { existsSync } from 'node:fs'
import { UserError } from '../base/issue.js'
import { CPU_WHEELS, CUDA_WHEELS, type Wheel } from './wheels.js'

/** Names of what can be set up; the command line offers the same. */
export const TARGETS = {
  tensorflow: "TensorFlow's C library, for the processor",
  cuda: "TensorFlow's C library and NVIDIA's packages, for an NVIDIA GPU",
} as const

export type Target = keyof typeof TARGETS

export interface System {
  readonly platform: string
  readonly arch: string
  /** True if its C library is musl, as on Alpine, where no wheel of TensorFlow runs. */
  readonly musl: boolean
}

/** The system that this process runs on. */
export function thisSystem(): System {
  // else the report looks up the names of open connections
  Object.assign(process.report, { excludeNetwork: true })
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  const musl = process.platform === 'linux' && header.glibcVersionRuntime === undefined
  return { platform: process.platform, arch: process.arch, musl }
}

/** Returns the wheels to download. Throws a UserError if there is none for this system. */
export function wheelsFor(target: Target, system: System): readonly Wheel[] {
  requireSupported(system)
  const name = `${system.platform}-${system.arch}`
  const wheels: Readonly<Record<string, Wheel | readonly Wheel[]>> = target === 'cuda' ? CUDA_WHEELS : CPU_WHEELS
  if (Object.hasOwn(wheels, name)) return [wheels[name]!].flat()
  const where = target === 'cuda' ? 'Linux x64' : 'Linux x64, Linux arm64 and macOS arm64'
  throw new UserError(`\`train setup ${target}\` does not support ${name}: there are packages for ${where} only.`)
}

/** Throws a UserError on a system where engine tensorflow cannot run, whatever the source of the library. */
export function requireSupported({ platform, musl }: System): void {
  if (musl) throw new UserError('TensorFlow has no build for Linux with musl, such as Alpine: use a system with glibc.')
  if (platform !== 'linux' && platform !== 'darwin') {
    throw new UserError(`\`train setup\` does not support ${platform}: engine tensorflow runs on Linux and macOS only.`)
  }
}

const DRIVER_SIGNS = ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/dev/dxg']

/** True if an NVIDIA driver is running. In WSL, that of Windows counts. */
export const hasNvidiaDriver = (): boolean => DRIVER_SIGNS.some((file) => existsSync(file))
