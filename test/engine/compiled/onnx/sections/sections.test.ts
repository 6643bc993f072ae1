/** A model is cut where a kernel of the crew has to run, and every section has what it reads. */
import { describe, expect, test } from 'vitest'
import type { ValueInfo } from '../../../../../src/engine/compiled/graph/value.js'
import type { OnnxNode, OnnxTensor } from '../../../../../src/engine/compiled/onnx/model-writer.js'
import {
  type KernelNode,
  type SectionNode,
  sectionsOf,
} from '../../../../../src/engine/compiled/onnx/sections/sections.js'

const info: ValueInfo = { dtype: 'float32', shape: [2] }
const value = (name: string) => ({ name, element: 'float32' as const, shape: [2] })
const op = (output: string, ...inputs: string[]): OnnxNode => ({ type: 'Op', inputs, outputs: [output] })
const kernel = (output: string, ...inputs: string[]): KernelNode => ({
  kernel: 'relu_gradient',
  inputs,
  output,
  shape: [2],
  planes: 1,
  numbers: [8],
})

/** Cuts a model with input x and constants c and d. */
function cut(outputs: readonly string[], nodes: readonly SectionNode[], unknown: readonly string[] = []) {
  const initializers = ['c', 'd'].map((name): OnnxTensor => ({ ...value(name), data: Float32Array.of(1, 2) }))
  const graph = { initializers, inputs: [value('x')], outputs: outputs.map(value) }
  const { sections, between } = sectionsOf(graph, nodes, (name) => (unknown.includes(name) ? undefined : info))
  const names = (values: readonly { readonly name: string }[]) => values.map(({ name }) => name).join(' ')
  return {
    between: [...between.keys()].join(' '),
    lifetimes: Object.fromEntries(
      [...between].map(([name, { from, to, ofKernel }]) => [name, `${from} to ${to}${ofKernel ? ' of a kernel' : ''}`]),
    ),
    sections: sections.map(({ graph, kernels }) => ({
      makes: graph.nodes.flatMap(({ outputs }) => outputs).join(' '),
      reads: names(graph.inputs),
      constants: names(graph.initializers),
      gives: names(graph.outputs),
      kernels: kernels.map(({ output }) => output).join(' '),
    })),
  }
}

describe('a model', () => {
  test('without kernels is one section', () => {
    expect(cut(['b'], [op('a', 'x', 'c'), op('b', 'a')])).toMatchObject({
      between: '',
      sections: [{ makes: 'a b', reads: 'x', constants: 'c d', gives: 'b', kernels: '' }],
    })
  })

  test('is cut at a kernel: outputs come as early, and what only later sections read as late as possible', () => {
    const nodes = [
      op('a', 'x', 'c'),
      op('late', 'a', 'd'),
      op('out', 'a'),
      kernel('k', 'a', 'x2'),
      op('b', 'k', 'late'),
    ]
    expect(cut(['b', 'out'], [op('x2', 'x'), ...nodes])).toMatchObject({
      between: 'k a x2',
      sections: [
        { makes: 'x2 a out', reads: 'x', constants: 'c', gives: 'out a x2', kernels: 'k' },
        { makes: 'late b', reads: 'a k', constants: 'd', gives: 'b', kernels: '' },
      ],
    })
  })

  test('has one cut for a kernel that reads what another makes, and two if an operator lies between', () => {
    const chain = [op('a', 'x'), kernel('k', 'a', 'a'), kernel('l', 'k', 'a'), op('b', 'l')]
    expect(cut(['b'], chain).sections.map(({ kernels }) => kernels)).toEqual(['k l', ''])
    const apart = [op('a', 'x'), kernel('k', 'a', 'a'), op('m', 'k'), kernel('l', 'm', 'a'), op('b', 'l', 'k')]
    expect(cut(['b'], apart)).toMatchObject({
      between: 'k a l m',
      sections: [
        { makes: 'a', reads: 'x', constants: '', gives: 'a', kernels: 'k' },
        { makes: 'm', reads: 'k', constants: '', gives: 'm', kernels: 'l' },
        { makes: 'b', reads: 'l k', constants: '', gives: 'b', kernels: '' },
      ],
    })
  })

  test('gives an output that a later section reads, and keeps each value as long as it is needed', () => {
    const nodes = [op('a', 'x'), kernel('k', 'a', 'a'), op('m', 'k'), kernel('l', 'm', 'm'), op('b', 'l', 'a')]
    const { sections, lifetimes } = cut(['a', 'b'], nodes)
    expect(sections.map(({ gives }) => gives)).toEqual(['a', 'm', 'b'])
    expect(lifetimes).toEqual({
      k: '0 to 1 of a kernel',
      a: '0 to 2 of a kernel',
      l: '1 to 2 of a kernel',
      m: '1 to 1 of a kernel',
    })
    const plain = cut(
      ['b'],
      [op('a', 'x'), kernel('k', 'a', 'a'), op('t', 'x'), op('u', 't'), op('c', 'k', 't'), op('b', 'c', 'u')],
    )
    expect(plain.lifetimes).toEqual({ k: '0 to 1 of a kernel', a: '0 to 0 of a kernel' })
  })

  test('computes again what has no known shape', () => {
    const nodes = [op('t', 'x', 'c'), op('u', 't'), op('a', 'u'), kernel('k', 'a', 'a'), op('b', 'k', 'u')]
    expect(cut(['b'], nodes, ['t', 'u']).sections).toEqual([
      { makes: 't u a', reads: 'x', constants: 'c', gives: 'a', kernels: 'k' },
      { makes: 't u b', reads: 'x k', constants: 'c', gives: 'b', kernels: '' },
    ])
    expect(() => cut(['k'], [op('t', 'x'), kernel('k', 't', 't')], ['t'])).toThrow(
      'internal: the shape of t is not known, which relu_gradient reads',
    )
  })
})
