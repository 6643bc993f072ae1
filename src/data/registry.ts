/** Data sets by their name in a spec. */
import type { DataSpec } from '../spec/spec.js'
import { type DataInfo, type Dataset, flattened } from './dataset.js'
import { goPositionsInfo, loadGoPositions } from './go.js'
import { loadMnist, loadMnist10k, mnist10kInfo, mnistInfo } from './mnist.js'

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
export function dataInfo(spec: DataSpec): DataInfo {
  const { info } = SOURCES[spec.dataset]
  return spec.flatten ? flattened(info) : info
}

/** Reads the data into memory. */
export async function loadData(spec: DataSpec): Promise<Dataset> {
  return { ...(await SOURCES[spec.dataset].load()), info: dataInfo(spec) }
}
