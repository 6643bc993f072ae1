/** Specs that ship as files of TensorFlow.js. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Named } from '../../src/base/field.js'
import { saveModel } from '../../src/export/model.js'
import { tfjsFiles } from '../../src/run/export/tfjs.js'
import { firstInputs, type Predicting } from './predictions.js'
import { untrained } from './untrained.js'

interface ExportedTfjs extends Predicting {
  readonly files: Named<Uint8Array>
}

const ROWS = 3

/** The files of a model with inputs for it, or the reason why there are none. */
export async function exportedTfjs(file: string): Promise<ExportedTfjs | string> {
  const { trained, data } = await untrained(file)
  const { network, weights } = trained
  const directory = await mkdtemp(join(tmpdir(), 'trainspec-'))
  try {
    if (network) await saveModel(join(directory, 'model'), network, weights)
    const files = await tfjsFiles({ ...trained, directory })
    return { files, trained: { ...trained, network: network! }, inputs: await firstInputs(trained, data, ROWS) }
  } catch (error) {
    return (error as Error).message
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Why TensorFlow.js cannot open some of them. */
export const REFUSED = /^TensorFlow\.js (has no RBM|lacks )/
