/** Compiles the updates of a step to WebAssembly: one SIMD loop over the arena for all weights with the same update. */
import type { Expression, FusedKernel, Update } from '../passes/split-update.js'
import { encodeModule, F32, I32, op, V128, type WasmFunction } from './wasm-module.js'

/** Bytes that a loop processes per iteration; arrays are padded to a multiple. */
export const LOOP_BYTES = 32

/** Byte offsets of the vectors of one iteration. With two per iteration the overhead of the loop is small. */
const VECTORS = [0, 16]

/** Updates with the same key share a loop. */
export const loopKey = ({ expressions, stores, arrays }: Update): string =>
  JSON.stringify([expressions, stores, arrays.length])

/** Makes a module that exports one loop for each key; `names` has the loops' names by key. */
export function updateModule(updates: readonly Update[]): {
  readonly module: WebAssembly.Module
  readonly names: ReadonlyMap<string, string>
} {
  const byKey = [...new Map(updates.map((update) => [loopKey(update), update]))]
  const functions = byKey.map(([, update], index) => loopFunction(update, `update${index}`))
  return {
    module: new WebAssembly.Module(encodeModule(functions)),
    names: new Map(byKey.map(([key], index) => [key, functions[index]!.name])),
  }
}

/** Kernels that are a single instruction on their operands, in order. */
const INSTRUCTIONS: { readonly [Kernel in Exclude<FusedKernel, 'Sign'>]: readonly number[] } = {
  Add: op.add,
  Sub: op.sub,
  Multiply: op.mul,
  RealDiv: op.div,
  Maximum: op.max,
  Minimum: op.min,
  Sqrt: op.sqrt,
  Square: op.mul,
  Neg: op.neg,
  Abs: op.abs,
}

/**
 * A loop with the parameters `(array pointers..., bytes, scalars...)`. `bytes` must be a positive multiple of
 * LOOP_BYTES, and pointers must be aligned to it.
 */
function loopFunction({ expressions, arrays, scalars, stores }: Update, name: string): WasmFunction {
  const bytes = arrays.length
  const scalar = (index: number) => bytes + 1 + index
  const offset = scalar(scalars.length)
  /** Each expression has its own local variable for each vector; WebAssembly's register allocator does the rest. */
  const result = (expression: number, vector: number) => offset + 1 + VECTORS.length * expression + vector
  const inverse = result(expressions.length, 0)
  const address = (array: number) => [...op.get(array), ...op.get(offset), ...op.i32Add]
  const inEach = (emit: (vector: number, at: number) => number[]) => VECTORS.flatMap((at, vector) => emit(vector, at))

  const before = expressions.flatMap((expression, index) => {
    if (expression.kind !== 'number' && expression.kind !== 'scalar') return []
    const value = expression.kind === 'number' ? op.f32Const(expression.value) : op.get(scalar(expression.index))
    return inEach((vector) => [...value, ...op.splat, ...op.set(result(index, vector))])
  })
  const compute = (expression: Expression, index: number): number[] => {
    if (expression.kind === 'array') {
      return inEach((vector, at) => [...address(expression.index), ...op.load(at), ...op.set(result(index, vector))])
    }
    if (expression.kind !== 'op') return []
    const { kernel, operands } = expression
    const operand = (position: number, vector: number) => op.get(result(operands[position]!, vector))
    if (kernel === 'RealDiv' && isFarFromZero(expressions, operands[1]!)) {
      return [
        ...[...op.f32Const(1), ...op.splat, ...operand(1, 0), ...operand(1, 1), ...op.mul, ...op.div],
        ...op.set(inverse),
        ...[...operand(0, 0), ...operand(1, 1), ...op.get(inverse), ...op.mul, ...op.mul, ...op.set(result(index, 0))],
        ...[...operand(0, 1), ...operand(1, 0), ...op.get(inverse), ...op.mul, ...op.mul, ...op.set(result(index, 1))],
      ]
    }
    if (kernel === 'Sign') {
      return inEach((vector) => [...signOf(operand(0, vector)), ...op.set(result(index, vector))])
    }
    const positions = kernel === 'Square' ? [0, 0] : operands.map((_, position) => position)
    return inEach((vector) => [
      ...positions.flatMap((position) => operand(position, vector)),
      ...INSTRUCTIONS[kernel],
      ...op.set(result(index, vector)),
    ])
  }
  const body = [
    ...before,
    ...op.loop,
    ...expressions.flatMap(compute),
    ...stores.flatMap(({ array, expression }) =>
      inEach((vector, at) => [...address(array), ...op.get(result(expression, vector)), ...op.store(at)]),
    ),
    ...[...op.get(offset), ...op.i32Const(LOOP_BYTES), ...op.i32Add, ...op.tee(offset)],
    ...[...op.get(bytes), ...op.i32LessUnsigned, ...op.branchIf(0)],
    ...op.end,
  ]
  return {
    name,
    parameters: [...arrays.map(() => I32), I32, ...scalars.map(() => F32)],
    locals: [I32, ...expressions.flatMap(() => VECTORS.map(() => V128)), V128],
    body,
  }
}

/** 1 with the sign of x if x is above or below 0, else x itself (0 or NaN). */
function signOf(x: readonly number[]): number[] {
  const splat = (value: number) => [...op.f32Const(value), ...op.splat]
  const one = [...splat(1), ...x, ...splat(-0), ...op.and, ...op.or]
  const either = [...x, ...splat(0), ...op.less, ...x, ...splat(0), ...op.greater, ...op.or]
  return [...one, ...x, ...either, ...op.select]
}

/**
 * True if a divisor contains an epsilon that keeps it away from 0, so that the product of two divisors can be inverted.
 * Then one quotient, 1 / (b0 b1), serves two vectors, within 2 units in the last place. Processors have a single slow
 * unit for quotients and roots, for which the loop of an optimizer waits.
 */
function isFarFromZero(expressions: readonly Expression[], divisor: number): boolean {
  const hasEpsilon = (index: number, least: number): boolean => {
    const expression = expressions[index]!
    if (expression.kind !== 'op' || expression.kernel !== 'Add') return false
    return expression.operands.some((operand) => {
      const term = expressions[operand]!
      return term.kind === 'number' && term.value >= least
    })
  }
  const expression = expressions[divisor]!
  const root = expression.kind === 'op' && expression.kernel === 'Sqrt' ? expression.operands[0] : undefined
  return root === undefined ? hasEpsilon(divisor, 1e-15) : hasEpsilon(root, 1e-30)
}
