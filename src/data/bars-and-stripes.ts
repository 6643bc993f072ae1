/**
 * Bars and stripes (Hinton and Sejnowski, 1986; MacKay, 2003, chapter 43): so few pictures that likelihoods can be
 * exact.
 */
import type { DataInfo, Dataset, Samples } from './dataset.js'

export interface BarsAndStripesOptions {
  /** Pixels along an edge. */
  readonly size: number
}

export function barsAndStripesInfo({ size }: BarsAndStripesOptions): DataInfo {
  const count = 2 * 2 ** size
  return {
    ...{ name: 'bars-and-stripes', sampleShape: [size, size], divisor: 1, values: 'binary', classes: 2 },
    ...{ trainSamples: count, testSamples: count },
  }
}

/**
 * Makes every picture of whole rows (label 0), then every picture of whole columns (label 1), so all 0 and all 1 come
 * twice. The test set is the same as the training set.
 */
export async function loadBarsAndStripes(options: BarsAndStripesOptions): Promise<Dataset> {
  const info = barsAndStripesInfo(options)
  const { size } = options
  const ways = 2 ** size
  const x = new Uint8Array(2 * ways * size * size)
  for (let index = 0; index < x.length; index++) {
    const [column, row] = [index % size, Math.floor(index / size) % size]
    const picture = Math.floor(index / size ** 2)
    x[index] = (picture >> (picture < ways ? row : column)) & 1
  }
  const y = Uint8Array.from({ length: 2 * ways }, (_, picture) => +(picture >= ways))
  const samples: Samples = { count: 2 * ways, x, y }
  return { info, train: samples, test: samples }
}
