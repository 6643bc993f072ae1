/**
 * Bars and stripes (Hinton and Sejnowski, 1986; MacKay, 2003, chapter 43): so few pictures that likelihoods can be
 * exact.
 */
import { classField } from '../../base/field.js'
import type { Loaded, Samples, SetForm } from './set.js'

export interface BarsAndStripesOptions {
  /** Pixels along an edge. */
  readonly size: number
}

export function barsAndStripesForm({ size }: BarsAndStripesOptions): SetForm {
  const count = 2 * 2 ** size
  return {
    x: { shape: [size, size], dtype: 'uint8', divisor: 1, values: 'binary' },
    y: classField(2),
    train: count,
    test: count,
  }
}

/**
 * Makes every picture of whole rows (label 0), then every picture of whole columns (label 1), so all 0 and all 1 come
 * twice. The test set is the same as the training set.
 */
export async function loadBarsAndStripes({ size }: BarsAndStripesOptions): Promise<Loaded> {
  const ways = 2 ** size
  const x = new Uint8Array(2 * ways * size * size)
  for (let index = 0; index < x.length; index++) {
    const [column, row] = [index % size, Math.floor(index / size) % size]
    const picture = Math.floor(index / size ** 2)
    x[index] = (picture >> (picture < ways ? row : column)) & 1
  }
  const y = Int32Array.from({ length: 2 * ways }, (_, picture) => +(picture >= ways))
  const samples: Samples = { count: 2 * ways, x, y }
  return { train: samples, test: samples }
}
