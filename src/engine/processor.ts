/** Describes the processor of this machine, as far as the system tells. */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { processors } from '../base/processors.js'

export interface Processor {
  readonly name: string
  /** Number of logical cores that this process may use. */
  readonly cores: number
  /** Vector units and bfloat16 support, by their usual names; `undefined` if the system does not tell. */
  readonly features?: readonly string[]
}

export function thisProcessor(): Processor {
  const features = process.platform === 'linux' ? featuresIn(cpuinfo()) : undefined
  return {
    name: cpus()[0]?.model.trim() || process.arch,
    cores: processors(),
    ...(features !== undefined && { features }),
  }
}

function cpuinfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}

/** Names of features in /proc/cpuinfo, on x64 and on arm64. */
const FEATURES: Readonly<Record<string, readonly string[]>> = {
  AVX2: ['avx2'],
  'AVX-512': ['avx512f'],
  NEON: ['asimd'],
  SVE: ['sve'],
  AMX: ['amx_tile'],
  bfloat16: ['avx512_bf16', 'amx_bf16', 'bf16'],
}

/** Features listed in the text of /proc/cpuinfo; `undefined` if it has no list. */
export function featuresIn(text: string): readonly string[] | undefined {
  const list = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1]
  if (list === undefined) return undefined
  const found = new Set(list.split(/\s+/))
  return Object.keys(FEATURES).filter((name) => FEATURES[name]!.some((flag) => found.has(flag)))
}
