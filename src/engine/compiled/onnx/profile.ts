/** Times of a step's operators, from ONNX Runtime's own profile, and of the kernels between them. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from '../../../base/timing.js'
import type { Programs } from '../../../program/program.js'
import type { LoadOptions } from '../../engine.js'
import { OnnxRunner } from './engine.js'
import { PASS } from './lower.js'

/** A convolution by channel that stands for an elementwise operation or a sum (`blocked/passes.ts`). */
const PASS_OPERATOR = 'Conv by channel'

/** Ends the names of events that have the time of a node. */
const OF_NODE = '_kernel_time'

/** The nodes of one operator taken together. */
export interface OperatorTime {
  /** ONNX's name: `Gemm`; or that of a kernel between sections: `relu_gradient`. */
  readonly operator: string
  readonly nodes: number
  /** Time of a thread in a step, if it runs half of the parts: the sum over nodes of their median times. */
  readonly milliseconds: number
}

export interface Profile {
  /** A runner like that of the engine, with profiling on. */
  readonly runner: OnnxRunner
  /**
   * Disposes of the runner and returns the times, slowest operator first. Each node runs about `runs` times in a step, as threads share its parts. The
   * first `warmUp` steps are not counted.
   */
  finish(warmUp: number, runs: number): Promise<OperatorTime[]>
}

export async function startProfile(programs: Programs, options: LoadOptions): Promise<Profile> {
  const folder = await mkdtemp(join(tmpdir(), 'trainspec-profile-'))
  const kernels: Event[] = []
  const runner = await OnnxRunner.create(programs, {
    ...options,
    profile: join(folder, 'step'),
    // a kernel is known by the address of its output
    onKernel: ({ name, arguments: [output] }, milliseconds) =>
      kernels.push({
        cat: 'Node',
        name: `${output}${OF_NODE}`,
        dur: 1000 * milliseconds,
        args: { op_name: name },
      }),
  })
  return {
    runner,
    async finish(warmUp, runs) {
      try {
        await runner.dispose()
        const files = await readdir(folder)
        const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
        return totals([...texts.map((text) => JSON.parse(text)), kernels], warmUp, runs)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

/** The part used here of an entry in the runtime's file. */
interface Event {
  readonly cat: string
  readonly name: string
  /** Microseconds. */
  readonly dur: number
  readonly args?: { readonly op_name?: string }
}

/**
 * Totals over one list of events for each compiled program. Lists are separate because nodes of different programs may
 * have the same name.
 */
function totals(lists: readonly (readonly Event[])[], warmUp: number, runs: number): OperatorTime[] {
  const operators = new Map<string, { nodes: number; milliseconds: number }>()
  for (const events of lists) {
    const nodes = new Map<string, { operator: string; microseconds: number[] }>()
    for (const { cat, name, dur, args } of events) {
      if (cat !== 'Node' || !name.endsWith(OF_NODE)) continue
      const operator = name.startsWith(PASS) ? PASS_OPERATOR : (args?.op_name ?? name)
      const node = nodes.get(name) ?? { operator, microseconds: [] }
      node.microseconds.push(dur)
      nodes.set(name, node)
    }
    for (const { operator, microseconds } of nodes.values()) {
      const counted = microseconds.slice(warmUp * runs)
      if (counted.length === 0) continue
      const known = operators.get(operator) ?? { nodes: 0, milliseconds: 0 }
      operators.set(operator, {
        nodes: known.nodes + 1,
        milliseconds: known.milliseconds + (runs * median(counted)) / 1000,
      })
    }
  }
  const list = [...operators].map(([operator, rest]) => ({ operator, ...rest }))
  return list.toSorted((a, b) => b.milliseconds - a.milliseconds)
}
