/** The share of matrix products in the time of a training step in ONNX Runtime. */
import { startProfile } from '../dist/engine/compiled/onnx/profile.js'

/** Steps of a profile that are not counted. */
const WARM_UP = 50
const PRODUCTS = new Set(['Gemm', 'FusedGemm', 'MatMul'])

/** A runner like that of the engine, with a profile. `finish` gives the milliseconds of a step in products and in the rest. */
export async function profileProducts(programs, options) {
  const { runner, finish } = await startProfile(programs, options)
  return {
    runner,
    async finish() {
      const operators = await finish(WARM_UP, 1)
      const sum = (wanted) => operators.filter(wanted).reduce((total, { milliseconds }) => total + milliseconds, 0)
      return {
        products: sum(({ operator }) => PRODUCTS.has(operator)),
        others: sum(({ operator }) => !PRODUCTS.has(operator)),
      }
    },
  }
}
