/** Data sets by their name in a spec. */
import type { DataSpec } from '../spec/spec.js'
import { binarized, binarizedInfo } from './binarize.js'
import { type DataInfo, type Dataset, flattened } from './dataset.js'
import { goPositionsInfo, loadGoPositions } from './go.js'
import { loadMnist, loadMnist10k, mnist10kInfo, mnistInfo } from './mnist.js'
import { standardized, standardizedInfo } from './standardize.js'

interface Source {
  readonly info: DataInfo
  load(): Promise<Dataset>
}

const SOURCES: { readonly [Name in DataSpec['dataset']]: Source } = {
  mnist: { info: mnistInfo, load: loadMnist },
  'go-positions': { info: goPositionsInfo, load: loadGoPositions },
  'mnist-10k': { info: mnist10kInfo, load: loadMnist10k },
}

/** What the data will look like, without reading it. */
export function dataInfo({ dataset, flatten, binarize, standardize }: DataSpec): DataInfo {
  const { info } = SOURCES[dataset]
  const shaped = flatten ? flattened(info) : info
  if (standardize) return standardizedInfo(shaped)
  return binarize === null ? shaped : binarizedInfo(shaped, binarize)
}

/** Reads the data into memory; `seed` is for what is drawn. */
export async function loadData(spec: DataSpec, seed: number): Promise<Dataset> {
  const { flatten, binarize, standardize } = spec
  const stored = await SOURCES[spec.dataset].load()
  const shaped = flatten ? { ...stored, info: flattened(stored.info) } : stored
  if (standardize) return standardized(shaped)
  return binarize === null ? shaped : binarized(shaped, binarize, seed)
}
