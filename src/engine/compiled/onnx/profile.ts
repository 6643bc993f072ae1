/** Times of a step's operators, from ONNX Runtime's own profile, and of the kernels between them. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from '../../../base/timing.js'
import type { Programs } from '../../../program/program.js'
import type { LoadOptions } from '../../engine.js'
import { OnnxRunner } from './engine.js'
import { PASS } from './lower.js'
import type { SectionTask } from './sections/kernels.js'

/** A convolution by channel that stands for an elementwise operation or a sum (`blocked/passes.ts`). */
const PASS_OPERATOR = 'Conv by channel'

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
  const kernels = new Map<SectionTask, number[]>()
  const runner = await OnnxRunner.create(programs, {
    ...options,
    profile: join(folder, 'step'),
    onKernel(task, milliseconds) {
      const times = kernels.get(task) ?? []
      kernels.set(task, times)
      times.push(milliseconds)
    },
  })
  return {
    runner,
    async finish(warmUp, runs) {
      try {
        await runner.dispose()
        const files = await readdir(folder)
        const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
        const own = [...kernels].map(([{ name }, milliseconds]) => ({ operator: name, milliseconds }))
        return totals([...texts.flatMap((text) => nodesOf(JSON.parse(text))), ...own], warmUp, runs)
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

/** The times of one node, in the order of its runs. */
interface NodeTimes {
  readonly operator: string
  readonly milliseconds: readonly number[]
}

/** The nodes of one file. Nodes of different sessions may have the same name. */
function nodesOf(events: readonly Event[]): NodeTimes[] {
  const nodes = new Map<string, { operator: string; milliseconds: number[] }>()
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue
    const operator = name.startsWith(PASS) ? PASS_OPERATOR : (args?.op_name ?? name)
    const node = nodes.get(name) ?? { operator, milliseconds: [] }
    node.milliseconds.push(dur / 1000)
    nodes.set(name, node)
  }
  return [...nodes.values()]
}

function totals(nodes: readonly NodeTimes[], warmUp: number, runs: number): OperatorTime[] {
  const operators = new Map<string, OperatorTime>()
  for (const { operator, milliseconds } of nodes) {
    const counted = milliseconds.slice(warmUp * runs)
    if (counted.length === 0) continue
    const known = operators.get(operator) ?? { operator, nodes: 0, milliseconds: 0 }
    operators.set(operator, {
      operator,
      nodes: known.nodes + 1,
      milliseconds: known.milliseconds + runs * median(counted),
    })
  }
  return [...operators.values()].toSorted((a, b) => b.milliseconds - a.milliseconds)
}
