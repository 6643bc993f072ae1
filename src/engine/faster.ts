/** Says which engine trains a model faster on a processor. `npm run bench -- --gallery` checks the rule on every spec. */

/** The multiplications and additions of a step that measures. */
export interface Arithmetic {
  readonly flops: number
  /** Multiplications and additions in convolutions alone. */
  readonly convolutions: number
  /** Number of elements in the results of products and convolutions. */
  readonly outputs: number
  /** Number of elements that pools over planes read. */
  readonly pooled: number
  /** Times that a sample uses each weight; 0 if training combines samples, as batch normalization does. */
  readonly uses: number
}

export interface Faster {
  readonly name: 'onnx' | 'tensorflow'
  /** For a note about the choice. */
  readonly reason: string
}

/** Below it, a step is so short that the cost of each operator decides, which is higher in TensorFlow. */
const LEAST_FLOPS = 1e8

/**
 * Results for each operation from which engine tensorflow is faster: these are what the rest of a step works on, and it
 * computes two halves of a batch side by side, while operators of ONNX Runtime share the work of each one anew.
 */
const LEAST_OUTPUTS = 2e-3

/**
 * Uses of each weight from which engine onnx convolves in parts of a batch that are small enough for the cache: they are
 * two for each of eight parts.
 */
const MANY_USES = 16

/** Share of the results that pools read from which engine onnx is faster: it computes their gradients in one pass. */
const MOSTLY_POOLED = 0.6

/** ONNX Runtime has its fast convolutions on this kind of processor. */
const FAST_CONVOLUTIONS = 'x64'

export function faster(
  { flops, convolutions, outputs, pooled, uses }: Arithmetic,
  arch: string = process.arch,
): Faster {
  const onnx = (model: string): Faster => ({ name: 'onnx', reason: `faster than tensorflow for ${model}` })
  const tensorflow = (model: string): Faster => ({ name: 'tensorflow', reason: `faster than onnx for ${model}` })
  const convolves = convolutions > flops / 2
  if (convolves && arch !== FAST_CONVOLUTIONS) return tensorflow('convolutions on this processor')
  if (flops < LEAST_FLOPS) return onnx('a model whose steps are short')
  if (convolves && uses >= MANY_USES) return onnx('a model that convolves with few weights')
  if (convolves && pooled >= MOSTLY_POOLED * outputs) return onnx('a model that pools most of what it convolves')
  return outputs >= LEAST_OUTPUTS * flops
    ? tensorflow('a model that computes much between its products')
    : onnx('a model that computes little between its products')
}
