/**
 * Cuts a model into sections, between which kernels of the crew run: they do in one pass over memory what would take the
 * runtime's operators many.
 */
import type { Shape } from '../../../../base/shape.js'
import type { ValueInfo } from '../../graph/value.js'
import type { OnnxGraph, OnnxNode, OnnxValue } from '../model-writer.js'
import type { Lifetime } from './packed.js'

/** Kernels of `assembly/kernels.ts`. */
export const SECTION_KERNELS = [
  'max_pool_gradient',
  'max_pool_gradient_2x2',
  'avg_pool_gradient',
  'relu_gradient',
] as const

/**
 * A kernel between operators, over planes of values in blocks of channels. Its arguments are the addresses of the output
 * and the inputs, the number of planes, and `numbers`.
 */
export interface KernelNode {
  readonly kernel: (typeof SECTION_KERNELS)[number]
  readonly inputs: readonly string[]
  readonly output: string
  /** Shape of the output. */
  readonly shape: Shape
  readonly planes: number
  readonly numbers: readonly number[]
}

/** Operators and kernels in an order in which they can run. */
export type SectionNode = OnnxNode | KernelNode

export const isKernel = (node: SectionNode): node is KernelNode => 'kernel' in node

export interface Section {
  readonly graph: OnnxGraph
  /** Kernels that run after the graph. */
  readonly kernels: readonly KernelNode[]
}

/** A value that a section or a kernel makes and later ones read. */
export interface Between extends ValueInfo, Lifetime {
  /** True if a kernel reads or writes it. */
  readonly ofKernel: boolean
}

export interface Sections {
  readonly sections: readonly Section[]
  readonly between: ReadonlyMap<string, Between>
}

/**
 * Cuts a graph whose operators, with kernels between them, are `nodes`. `typeOf` gives the type of a value, undefined if
 * it is not known. Such a value is computed again in each section that reads it; others are kept for later sections.
 */
export function sectionsOf(
  graph: Omit<OnnxGraph, 'nodes'>,
  nodes: readonly SectionNode[],
  typeOf: (name: string) => ValueInfo | undefined,
): Sections {
  const kernels = nodes.filter(isKernel)
  if (kernels.length === 0) {
    return { sections: [{ graph: { ...graph, nodes: nodes as readonly OnnxNode[] }, kernels }], between: new Map() }
  }
  const results = new Map(kernels.map(({ output, shape }) => [output, shape]))
  const knownType = (name: string): ValueInfo | undefined => {
    const shape = results.get(name)
    return shape ? { dtype: 'float32', shape } : typeOf(name)
  }
  const levels = levelsOf(nodes, new Set(graph.outputs.map(({ name }) => name)))
  const makers = new Map<string, number>()
  for (const [index, node] of nodes.entries()) for (const name of outputsOf(node)) makers.set(name, index)
  const between = new Map<string, Between>()
  /** Notes that a section, or a kernel after it, needs a value that another one makes. */
  const keep = (name: string, type: ValueInfo, level: number, byKernel: boolean) => {
    const maker = makers.get(name)!
    const known = between.get(name)
    const ofKernel = byKernel || results.has(name) || known?.ofKernel === true
    between.set(name, { ...type, from: levels[maker]!, to: Math.max(level, known?.to ?? levels[maker]!), ofKernel })
  }
  for (const [index, node] of nodes.entries()) {
    if (!isKernel(node)) continue
    keep(node.output, knownType(node.output)!, levels[index]!, true)
    for (const name of node.inputs.filter((name) => makers.has(name))) {
      const type = knownType(name)
      if (!type) throw new Error(`internal: the shape of ${name} is not known, which ${node.kernel} reads`)
      keep(name, type, levels[index]!, true)
    }
  }

  /** The operators of a section, and the values that it reads from earlier ones. */
  const sectionAt = (level: number) => {
    const own = new Set([...nodes.keys()].filter((index) => levels[index] === level && !isKernel(nodes[index]!)))
    const reads = new Set<string>()
    // the set grows while it is read: by operators of earlier sections, whose inputs are looked at in turn
    for (const index of own) {
      for (const name of nodes[index]!.inputs) {
        const maker = makers.get(name)
        if (maker === undefined || own.has(maker)) continue
        const type = knownType(name)
        if (type) {
          keep(name, type, level, false)
          reads.add(name)
        } else own.add(maker)
      }
    }
    return { own: [...own].sort((a, b) => a - b), reads: [...reads] }
  }
  const count = 2 + Math.max(...levels.filter((_, index) => isKernel(nodes[index]!)))
  const found = Array.from({ length: count }, (_, level) => sectionAt(level))

  const asValue = (name: string): OnnxValue => {
    const { dtype, shape } = between.get(name)!
    return { name, element: dtype, shape }
  }
  const sections = found.map(({ own, reads }, level): Section => {
    const operators = own.map((index) => nodes[index] as OnnxNode)
    const used = new Set(operators.flatMap(({ inputs }) => inputs))
    const made = new Set(own.filter((index) => levels[index] === level).flatMap((index) => outputsOf(nodes[index]!)))
    const kept = [...between.keys()].filter((name) => made.has(name)).map(asValue)
    const outputs = [...graph.outputs.filter(({ name }) => made.has(name)), ...kept]
    return {
      graph: {
        nodes: operators,
        initializers: graph.initializers.filter(({ name }) => used.has(name)),
        inputs: [...graph.inputs.filter(({ name }) => used.has(name)), ...reads.map(asValue)],
        outputs: [...new Map(outputs.map((value) => [value.name, value])).values()],
      },
      kernels: nodes.filter((node, index): node is KernelNode => isKernel(node) && levels[index] === level),
    }
  })
  return { sections, between }
}

const outputsOf = (node: SectionNode): readonly string[] => (isKernel(node) ? [node.output] : node.outputs)

/**
 * The section of each node. Outputs are computed as soon as they can be, and what only later sections read as late as it
 * can be, so that most often fewer values are kept.
 */
function levelsOf(nodes: readonly SectionNode[], outputs: ReadonlySet<string>): number[] {
  /** The section that gives each value, or that a kernel follows which does: operators of the next one can read it then. */
  const made = new Map<string, { readonly level: number; readonly byKernel: boolean }>()
  const levels = nodes.map((node) => {
    const level = node.inputs.reduce((most, name) => {
      const { level = 0, byKernel = false } = made.get(name) ?? {}
      return Math.max(most, byKernel && !isKernel(node) ? level + 1 : level)
    }, 0)
    for (const name of outputsOf(node)) made.set(name, { level, byKernel: isKernel(node) })
    return level
  })
  const wanted = new Map<string, number>()
  const wantedAt = (name: string) => wanted.get(name) ?? Number.POSITIVE_INFINITY
  for (const [index, node] of [...nodes.entries()].reverse()) {
    const latest = Math.min(...outputsOf(node).map(wantedAt))
    const isFixed = isKernel(node) || outputsOf(node).some((name) => outputs.has(name))
    if (!isFixed && Number.isFinite(latest)) levels[index] = latest
    for (const name of node.inputs) wanted.set(name, Math.min(levels[index]!, wantedAt(name)))
  }
  return levels
}
