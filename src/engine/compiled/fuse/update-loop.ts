/** Turns the updates of a step into WebAssembly: one SIMD loop over the arena for all weights with the same update. */
import type { Expression, FusedKernel, Update } from '../passes/split-update.js'
import { encodeModule, F32, I32, op, V128, type WasmFunction } from './wasm-module.js'

/** Bytes a loop takes at a time; arrays are padded to a multiple. */
export const LOOP_BYTES = 32

/** Where the vectors of one turn lie; two a turn keep the loop's own work small. */
const VECTORS = [0, 16]

/** `(array pointers..., bytes, scalars...)`: bytes is a multiple of LOOP_BYTES above 0, pointers are aligned to it. */
export type UpdateLoop = (...pointersBytesScalars: number[]) => void

/** Updates with the same key are one loop. */
export const loopKey = ({ expressions, stores, arrays }: Update): string =>
  JSON.stringify([expressions, stores, arrays.length])

/** Compiles one loop for each key, over this memory. */
export function compileLoops(updates: readonly Update[], memory: WebAssembly.Memory): Map<string, UpdateLoop> {
  const byKey = new Map(updates.map((update) => [loopKey(update), update]))
  const keys = [...byKey.keys()]
  const functions = [...byKey.values()].map((update, index) => loopFunction(update, `update${index}`))
  const module = new WebAssembly.Module(encodeModule(functions))
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return new Map(keys.map((key, index) => [key, exports[`update${index}`] as UpdateLoop]))
}

const INSTRUCTIONS: { readonly [Kernel in FusedKernel]: readonly number[] } = {
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

function loopFunction({ expressions, arrays, scalars, stores }: Update, name: string): WasmFunction {
  const bytes = arrays.length
  const scalar = (index: number) => bytes + 1 + index
  const offset = scalar(scalars.length)
  /** Each expression has a local of its own; the engine's register allocator does the rest. */
  const result = (expression: number) => offset + 1 + expression
  const address = (array: number) => [...op.get(array), ...op.get(offset), ...op.i32Add]

  const before = expressions.flatMap((expression, index) => {
    if (expression.kind === 'number') return [...op.f32Const(expression.value), ...op.splat, ...op.set(result(index))]
    if (expression.kind === 'scalar')
      return [...op.get(scalar(expression.index)), ...op.splat, ...op.set(result(index))]
    return []
  })
  const compute =
    (at: number) =>
    (expression: Expression, index: number): number[] => {
      switch (expression.kind) {
        case 'array':
          return [...address(expression.index), ...op.load(at), ...op.set(result(index))]
        case 'op': {
          const { kernel, operands } = expression
          const loaded = kernel === 'Square' ? [operands[0]!, operands[0]!] : operands
          return [
            ...loaded.flatMap((operand) => op.get(result(operand))),
            ...INSTRUCTIONS[kernel],
            ...op.set(result(index)),
          ]
        }
        default:
          return []
      }
    }
  const body = [
    ...before,
    ...op.loop,
    ...VECTORS.flatMap((at) => [
      ...expressions.flatMap(compute(at)),
      ...stores.flatMap(({ array, expression }) => [...address(array), ...op.get(result(expression)), ...op.store(at)]),
    ]),
    ...[...op.get(offset), ...op.i32Const(LOOP_BYTES), ...op.i32Add, ...op.tee(offset)],
    ...[...op.get(bytes), ...op.i32LessUnsigned, ...op.branchIf(0)],
    ...op.end,
  ]
  return {
    name,
    parameters: [...arrays.map(() => I32), I32, ...scalars.map(() => F32)],
    locals: [I32, ...expressions.map(() => V128)],
    body,
  }
}
