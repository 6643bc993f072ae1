/** Engines that every test of an engine runs on, and a runner that is freed when its test ends. */
import { inject, onTestFinished } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import type { Runner } from '../../src/engine/engine.js'
import { openEngine } from '../../src/engine/registry.js'
import type { Programs } from '../../src/program/program.js'
import type { EngineName } from '../../src/spec/spec.js'
import type { Tolerance } from './close.js'

export type RealEngine = Exclude<EngineName, 'auto'>

/** The engine with which others are compared; written in JavaScript. */
export const REFERENCE: RealEngine = 'eager:cpu'

/** How to install an engine that does not work on every machine. A total table: an engine without tests is a compile error. */
const BROUGHT_BY: { readonly [Name in RealEngine]: string | null } = {
  onnx: null,
  tensorflow: 'npx train setup tensorflow',
  'eager:cpu': null,
  'eager:tensorflow': 'eval "$(scripts/build-tfjs-node.sh)"',
  'eager:webgpu': 'eval "$(scripts/software-gpu.sh)"',
}

declare module 'vitest' {
  interface ProvidedContext {
    /** On which engines a project of vitest.config.ts runs tests: `others` are all but the reference. */
    readonly engines: 'all' | 'reference' | 'others'
  }
}

/** Engines of the project that work here. A line names each of the others, and the command that brings it. */
export const engineNames: readonly RealEngine[] = await enginesHere()

/**
 * The engines whose kernels are ours, and the reference. Other backends of tfjs lack kernels that layers need, or compute some
 * otherwise (pads given as numbers, ties of a pool): that is not for us to mend.
 */
export const ownEngines = engineNames.filter((name) => name === 'onnx' || name === 'tensorflow' || name === 'eager:cpu')

/** The fastest, for what need not be seen on each. */
export const fastest = engineNames.includes('onnx') ? 'onnx' : 'eager:cpu'

async function enginesHere(): Promise<RealEngine[]> {
  const names: RealEngine[] = []
  const wanted = inject('engines')
  for (const [name, command] of Object.entries(BROUGHT_BY) as [RealEngine, string | null][]) {
    if (wanted !== 'all' && (wanted === 'reference') !== (name === REFERENCE)) continue
    if (command === null || (await works(name))) names.push(name)
    else console.warn(`Skipped: engine ${name}. \`${command}\` brings what it needs.`)
  }
  return names
}

/** True if the engine opens. Any error except a UserError fails. */
async function works(name: RealEngine): Promise<boolean> {
  try {
    await openEngine(name)
    return true
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

/**
 * The difference that a test allows, for this engine. Functions of shaders may be some units in the last place off (WGSL, section
 * "Floating Point Accuracy"): pow is exp2(y log2 x), and Adam divides by 1 - pow(beta, t), the difference of numbers
 * that are nearly alike, so that a step of it may be 1e-4 off.
 */
export function toleranceOn(engine: RealEngine, { relative, absolute = 0 }: Tolerance): Tolerance {
  if (!COMPUTES_IN_SHADERS[engine]) return { relative, absolute }
  return { relative: 10 * relative, absolute: Math.max(1e-6, 10 * absolute) }
}

/** Without a GPU such an engine takes 0.1 s a step, however small. */
export const COMPUTES_IN_SHADERS: { readonly [Name in RealEngine]: boolean } = {
  onnx: false,
  tensorflow: false,
  'eager:cpu': false,
  'eager:tensorflow': false,
  'eager:webgpu': true,
}

/** The number of steps that an engine in shaders takes: each step runs the same shaders. With SHADERS=all it takes all. */
export const stepsInShaders = (all: number, some: number): number => (process.env.SHADERS === 'all' ? all : some)

/** The first steps or epochs of a run on such an engine, and all of them on another one. */
export const someOn = <One>(engine: RealEngine, all: readonly One[], some: number): readonly One[] =>
  COMPUTES_IN_SHADERS[engine] ? all.slice(0, stepsInShaders(all.length, some)) : all

export async function loadRunner<Loaded extends Programs>(
  engineName: RealEngine,
  programs: Loaded,
  { seed = 1, batchSize }: { seed?: number; batchSize: number },
): Promise<Runner<keyof Loaded & string>> {
  const { engine } = await openEngine(engineName)
  const runner = await engine.load(programs, { seed, batchSize })
  onTestFinished(() => runner.dispose())
  return runner
}
