/** The step of a program for one batch size: sessions of the runtime that read and write the arena, and update loops. */
import { setImmediate } from 'node:timers/promises'
import { processors } from '../../../base/processors.js'
import { type Shape, sizeOf } from '../../../base/shape.js'
import type { Outputs } from '../../engine.js'
import type { Task } from '../crew/chunks.js'
import type { Crew } from '../crew/crew.js'
import { foreignKernel } from '../crew/foreign.js'
import { infoOf, type ValueId } from '../graph/graph.js'
import type { InputKernels } from '../inputs/kernels.js'
import { isResult } from '../passes/split-update.js'
import type { ArenaArrays } from './arena-arrays.js'
import { blocksFor } from './blocked/block-size.js'
import { lowerToOnnx } from './lower.js'
import { otherPart } from './other-part.js'
import { lanesOf, type Step } from './parts.js'
import { gradientPlaces, placeOf, stateKey } from './places.js'
import type { SectionTask } from './sections/kernels.js'
import { allOrNone, callsOf, type SectionRun, SectionSessions } from './sections/section-sessions.js'
import { checkAll, type PlacedTensor, PreparedRun, type SessionOptions } from './session.js'
import { type Totals, totalPlaces, totalsOf } from './totals.js'
import { loopCalls, updateTask } from './update-loops.js'

export const SESSION_OPTIONS: SessionOptions = {
  threads: processors(),
  config: {
    // a thread of the runtime that keeps spinning after the graph would take a core from the crew's helper
    'session.force_spinning_stop': '1',
    // if another process uses a core, threads that wait by spinning take the rest: spin only as long as the waits of an
    // undisturbed step, and let the thread that runs take more of the work
    'session.intra_op.spin_duration_us': '50',
    'session.dynamic_block_base': '4',
  },
}

/**
 * Most nodes of a graph that the runtime may rewrite. Rewriting takes a time that grows with their square, and the tens
 * of thousands of nodes of a long sequence have nothing to rewrite.
 */
const MOST_REWRITTEN = 5_000

export interface CompiledStep {
  /** Outputs of the program, which `compute` writes, except for `totals`. */
  readonly outputs: Outputs
  /** Outputs that are computed after the graph. */
  readonly totals: Totals
  /** Runs the graph over the arena. */
  compute(): Promise<void>
  /** Stores the new state that the graph computed, and returns the tasks that compute the rest of it. */
  update(): Task[]
  release(): void
}

/** Takes the time of a run of a kernel. */
export type OnKernel = (task: SectionTask, milliseconds: number) => void

/** Objects that all steps of a runner share. */
export interface SharedBySteps {
  readonly arrays: ArenaArrays
  readonly crew: Crew
  readonly kernels: InputKernels
  /** Shapes of state. */
  readonly shapes: ReadonlyMap<string, Shape>
  readonly session: SessionOptions
  /** Is told the time of each kernel between sections that the thread of JavaScript does, if there is a profile. */
  readonly onKernel?: OnKernel | undefined
  /** Channels of a block in which convolutions compute, in place of those of this machine. */
  readonly block?: number | undefined
}

export async function compileStep(
  step: Step,
  { arrays, crew, kernels, shapes, session: sessionOptions, onKernel, block }: SharedBySteps,
): Promise<CompiledStep> {
  const { graph, updates, parts, totals } = step
  const lanes = lanesOf(parts)
  // the same for all lanes: a part may run in any of them, and sums may round differently with more threads
  const threads = lanes === 1 ? sessionOptions.threads : Math.floor(processors() / lanes)
  const lowered = lowerToOnnx(graph, await blocksFor(graph, threads, block))
  const options = { ...sessionOptions, threads, rewrites: graph.nodes.length <= MOST_REWRITTEN }
  const sessions = await allOrNone(
    Array.from({ length: lanes }, (_, lane) =>
      // only the first lane is profiled
      SectionSessions.create(lowered, lane === 0 ? options : { ...options, profile: undefined }, crew),
    ),
  )

  const feeds: Record<string, PlacedTensor> = {}
  const given = new Map<ValueId, Float32Array>()
  for (const input of graph.inputs) {
    const { shape, dtype } = infoOf(graph, input.value)
    const tensor = arrays.tensor(placeOf(input), dtype, shape)
    const name = lowered.nameOf(input.value)
    if (tensor.values instanceof Float32Array) given.set(input.value, tensor.values)
    if (lowered.inputs.has(name)) feeds[name] = tensor
  }

  const places = new Map([...totalPlaces(totals), ...gradientPlaces(updates, 0)])
  const fetches: Record<string, PlacedTensor> = {}
  const outputs: Record<string, Float32Array> = {}
  const copies: { readonly from: Float32Array; readonly to: Float32Array }[] = []
  const computed = new Map<ValueId, Float32Array>()
  for (const output of graph.outputs) {
    const { shape, dtype } = infoOf(graph, output.value)
    if (dtype !== 'float32') throw new Error(`internal: output ${output.name} has dtype ${dtype}`)
    const place = places.get(output.value)
    const values = computed.get(output.value) ?? (place ? arrays.floats(place, shape) : new Float32Array(sizeOf(shape)))
    computed.set(output.value, values)
    fetches[lowered.outputNameOf(output.value)] ??= { dtype, shape, values }
    if (output.to === 'state') copies.push({ from: values, to: arrays.floats(stateKey(output.name), shape) })
    else if (isResult(output)) outputs[output.name] = values
  }
  const others = Array.from({ length: parts - 1 }, (_, index) => otherPart(index + 1, lowered, step, arrays))
  const run = runnerOf(
    sessions.map((session) => [{ feeds, fetches }, ...others].map((part) => session.prepare(part.feeds, part.fetches))),
    crew,
    onKernel,
  )

  const valuesOf = (value: ValueId) => {
    const array = computed.get(value) ?? given.get(value)
    if (!array) throw new Error(`internal: value ${value} of an update or a total is not computed`)
    return array
  }
  const loops = loopCalls(updates, valuesOf, shapes, crew, arrays)
  for (const { name } of totals) outputs[name] = new Float32Array(1)
  /** Outputs with what the other parts add to them: each array once, because names may share one. */
  const sums = new Map(Object.entries(outputs).map(([name, own]) => [own, others.map((other) => other.outputs[name]!)]))
  return {
    outputs,
    totals: totalsOf(totals, valuesOf, outputs, kernels, arrays),
    async compute() {
      // events that came between steps, such as Ctrl-C, are handled first
      await setImmediate()
      run()
      for (const [values, added] of sums)
        for (const part of added) for (const index of values.keys()) values[index]! += part[index]!
    },
    update() {
      for (const { from, to } of copies) to.set(from)
      return loops.map(updateTask)
    },
    release() {
      for (const session of sessions) session.release()
    },
  }
}

/**
 * Returns a function that runs the parts of a batch. A free thread takes the next part; this thread runs it in the first
 * sessions, the helper of the crew in the second ones. A step that is whole runs here, and both threads do its kernels.
 */
function runnerOf(runs: readonly (readonly SectionRun[])[], crew: Crew, onKernel: OnKernel | undefined): () => void {
  const around = (task: SectionTask, work: () => void) => {
    const begin = performance.now()
    work()
    onKernel?.(task, performance.now() - begin)
  }
  const [own, helpers] = runs as [readonly SectionRun[], (readonly SectionRun[])?]
  if (!helpers) {
    const [whole] = own as readonly [SectionRun]
    return () => {
      for (const section of whole) {
        if (section instanceof PreparedRun) section.run()
        else around(section, () => crew.run([section]))
      }
    }
  }
  const calls = callsOf(own)
  const kernel = crew.addForeign((kernels) => foreignKernel(calls, kernels, around), {
    ...callsOf(helpers),
    results: calls.results,
  })
  const task = { kernel, arguments: [0, own.length], steps: [1, 0], countAt: 1, count: own.length, chunk: 1 }
  return () => {
    crew.runLong(task)
    checkAll(calls.results)
  }
}
