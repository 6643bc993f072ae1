/** Data sets by their name in a spec. */
import type { DataSpec } from '../spec/spec.js'
import { barsAndStripesInfo, loadBarsAndStripes } from './bars-and-stripes.js'
import { binarized, binarizedInfo } from './binarize.js'
import { type DataInfo, type Dataset, flattened } from './dataset.js'
import { digitsInfo, loadDigits } from './digits.js'
import { goPositionsInfo, loadGoPositions } from './go.js'
import { loadMnist, loadMnist10k, mnist10kInfo, mnistInfo } from './mnist.js'
import { standardized, standardizedInfo } from './standardize.js'

interface Source<Spec> {
  info(spec: Spec): DataInfo
  load(spec: Spec): Promise<Dataset>
}

const SOURCES: { readonly [Name in DataSpec['dataset']]: Source<Extract<DataSpec, { dataset: Name }>> } = {
  mnist: { info: () => mnistInfo, load: loadMnist },
  'mnist-10k': { info: () => mnist10kInfo, load: loadMnist10k },
  digits: { info: digitsInfo, load: loadDigits },
  'bars-and-stripes': { info: barsAndStripesInfo, load: loadBarsAndStripes },
  'go-positions': { info: () => goPositionsInfo, load: loadGoPositions },
}

const sourceOf = (spec: DataSpec): Source<DataSpec> => SOURCES[spec.dataset] as Source<DataSpec>

/** Returns the description of the data, without reading it. */
export function dataInfo(spec: DataSpec): DataInfo {
  const { flatten, binarize, standardize } = spec
  const info = sourceOf(spec).info(spec)
  const shaped = flatten ? flattened(info) : info
  if (standardize) return standardizedInfo(shaped)
  return binarize === null ? shaped : binarizedInfo(shaped, binarize)
}

/** Reads the data into memory. `seed` is for values that are drawn at random. */
export async function loadData(spec: DataSpec, seed: number): Promise<Dataset> {
  const { flatten, binarize, standardize } = spec
  const stored = await sourceOf(spec).load(spec)
  const shaped = flatten ? { ...stored, info: flattened(stored.info) } : stored
  if (standardize) return standardized(shaped)
  return binarize === null ? shaped : binarized(shaped, binarize, seed)
}
