/** An update in plain JavaScript, in float32 at each operation: the expected result of the WebAssembly loop. */
import type { FusedKernel, Update } from '../../src/engine/compiled/passes/split-update.js'

const OPERATIONS: { readonly [Kernel in FusedKernel]: (a: number, b: number) => number } = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Maximum: Math.max,
  Minimum: Math.min,
  Sqrt: Math.sqrt,
  Square: (a) => a * a,
  Neg: (a) => -a,
  Abs: Math.abs,
  Sign: Math.sign,
}

/** Changes the arrays in place. */
export function evaluateUpdate(
  { expressions, stores }: Update,
  arrays: readonly Float32Array[],
  scalars: readonly number[],
): void {
  const length = arrays[stores[0]!.array]!.length
  for (let element = 0; element < length; element++) {
    const results: number[] = []
    for (const expression of expressions) {
      if (expression.kind === 'array') results.push(arrays[expression.index]![element]!)
      else if (expression.kind === 'scalar') results.push(Math.fround(scalars[expression.index]!))
      else if (expression.kind === 'number') results.push(Math.fround(expression.value))
      else {
        const [a, b] = expression.operands.map((operand) => results[operand]!)
        results.push(Math.fround(OPERATIONS[expression.kernel](a!, b!)))
      }
    }
    for (const { array, expression } of stores) arrays[array]![element] = results[expression]!
  }
}
