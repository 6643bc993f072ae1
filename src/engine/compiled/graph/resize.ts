/**
 * Resizing of images (batch, height, width, channels). The weights of old pixels in each new one are known in advance,
 * so bilinear resizing is two products with constant matrices, and gradients are products with their transposes.
 */
import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core'
import { type Expansion, type GraphWriter, reshape } from './writer.js'

/** Weights along one axis, of each old pixel in each new one: (new, old). */
type Shares = number[][]
type Interpolation = (from: number, to: number, attributes: NamedAttrMap) => Shares

/**
 * Position of each new pixel among the old ones, as a fraction (ResizeBilinear.ts, ResizeNearestNeighbor.ts of tfjs'
 * backends).
 */
function places(from: number, to: number, { alignCorners, halfPixelCenters }: NamedAttrMap, centre: number): number[] {
  const corners = alignCorners && to > 1
  const ratio = corners ? (from - 1) / (to - 1) : from / to
  return Array.from({ length: to }, (_, index) => (halfPixelCenters ? ratio * (index + 0.5) - centre : ratio * index))
}

const nearest = (from: number, to: number, attributes: NamedAttrMap): number[] =>
  places(from, to, attributes, 0).map((place) =>
    Math.min(from - 1, attributes.alignCorners ? Math.round(place) : Math.floor(place)),
  )

const nearestShares: Interpolation = (from, to, attributes) =>
  nearest(from, to, attributes).map((old) => Array.from({ length: from }, (_, index) => (index === old ? 1 : 0)))

const bilinearShares: Interpolation = (from, to, attributes) =>
  places(from, to, attributes, 0.5).map((place) => {
    const before = Math.max(0, Math.floor(place))
    const after = Math.min(from - 1, Math.ceil(place))
    const shares = Array<number>(from).fill(0)
    shares[before]! += 1 - (place - before)
    shares[Math.max(0, after)]! += place - before
    return shares
  })

const turned = (shares: Shares): Shares => shares[0]!.map((_, old) => shares.map((row) => row[old]!))

/** Resizes rows, then columns. */
function mix(write: GraphWriter, x: TensorInfo, rows: Shares, columns: Shares): TensorInfo {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const product = (shares: Shares, of: TensorInfo) => {
    const matrix = write.constant([shares.length, shares[0]!.length], 'float32', Float32Array.from(shares.flat()))
    return write.node('BatchMatMul', [matrix, of], {})
  }
  const high = product(rows, reshape(write, x, [batch, height, width * channels]))
  const wide = product(columns, reshape(write, high, [batch * rows.length, width, channels]))
  return reshape(write, wide, [batch, rows.length, columns.length, channels])
}

/** Gradient of a resize. `halfPixelCenters` is refused, because tfjs' gradients ignore it and give wrong values. */
const gradient =
  (interpolation: Interpolation): Expansion =>
  (write, { images, dy }, attributes) => {
    if (attributes.halfPixelCenters) throw new Error('internal: the gradient of images resized by half pixel centers')
    const [rows, columns] = [1, 2].map((axis) => interpolation(images!.shape[axis]!, dy!.shape[axis]!, attributes))
    return mix(write, dy!, turned(rows!), turned(columns!))
  }

export const RESIZE: Readonly<Record<string, Expansion>> = {
  ResizeBilinear(write, { images }, attributes) {
    const size = attributes.size as number[]
    const [rows, columns] = size.map((to, axis) => bilinearShares(images!.shape[axis + 1]!, to, attributes))
    return mix(write, images!, rows!, columns!)
  },
  ResizeBilinearGrad: gradient(bilinearShares),
  /** Pixels are gathered, not multiplied, so that an infinite pixel does not affect others. */
  ResizeNearestNeighbor: (write, { images }, attributes) =>
    (attributes.size as number[]).reduce((x, to, index) => {
      const chosen = Int32Array.from(nearest(x.shape[index + 1]!, to, attributes))
      return write.node('GatherV2', [x, write.constant([to], 'int32', chosen)], { axis: index + 1 })
    }, images!),
  ResizeNearestNeighborGrad: gradient(nearestShares),
}
