/** Engines that every test of an engine runs on, and a runner that is freed when its test ends. */
import { onTestFinished } from 'vitest'
import type { Runner } from '../../src/engine/engine.js'
import { openEngine } from '../../src/engine/registry.js'
import { locateTensorflow } from '../../src/libtensorflow/locate.js'
import type { Program } from '../../src/program/program.js'
import type { EngineName } from '../../src/spec/spec.js'

export type RealEngine = Exclude<EngineName, 'auto'>

/** A total table: an engine without tests is a compile error. */
const ENGINES: { readonly [Name in RealEngine]: true } = { onnx: true, tensorflow: true, eager: true }

/** Those that work here; the others are named with what they lack. */
export const engineNames = (Object.keys(ENGINES) as RealEngine[]).filter((name) => {
  if (name !== 'tensorflow' || locateTensorflow() !== undefined) return true
  console.warn('Skipped: engine tensorflow. `npx train setup tensorflow` installs what it needs.')
  return false
})

export async function loadRunner(
  engineName: RealEngine,
  programs: Readonly<Record<string, Program>>,
  { seed = 1, batchSize }: { seed?: number; batchSize: number },
): Promise<Runner> {
  const { engine } = await openEngine(engineName)
  const runner = await engine.load(programs, { seed, batchSize })
  onTestFinished(() => runner.dispose())
  return runner
}
