/**
 * Writes `.keras`, the format of Keras 3: a ZIP file with `config.json`, `metadata.json` and `model.weights.h5`
 * (keras/src/saving/saving_lib.py). Equal models give equal bytes.
 */
import { buffer } from 'node:stream/consumers'
import type { Named } from '../../base/field.js'
import type { Shape } from '../../base/shape.js'
import type { Model } from '../../model/model.js'
import { hdf5File } from './hdf5-writer.js'
import { kerasModel } from './model-config.js'
import { type PythonValue, pythonJson } from './python-json.js'

/** The version whose files these are. */
const KERAS_VERSION = '3.15.1'

export interface KerasFileParts {
  readonly name: string
  /** The arguments of `compile`; null leaves the model without them. */
  readonly compile: PythonValue
  /** Put into `metadata.json`, beside what Keras has there. */
  readonly metadata: Named<string>
}

/** Returns the bytes of the file. `weights` has each weight by its name in programs. */
export async function kerasFile(
  model: Pick<Model, 'inputs' | 'stages' | 'outputs' | 'weights'>,
  weights: Named<Float32Array>,
  { name, compile, metadata }: KerasFileParts,
): Promise<Uint8Array> {
  const { object, groups } = kerasModel(model, name)
  const shapes = new Map<string, Shape>(model.weights.map(({ name, shape }) => [name, shape]))
  const hdf5 = await hdf5File(
    groups.map((group) => ({
      path: `${group.path}/vars`,
      name: group.name,
      datasets: group.weights.map((weight) => ({ shape: shapes.get(weight)!, values: weights[weight]! })),
    })),
  )
  return zipped({
    'metadata.json': Buffer.from(JSON.stringify({ keras_version: KERAS_VERSION, ...metadata })),
    'config.json': Buffer.from(pythonJson({ ...object, compile_config: compile })),
    'model.weights.h5': Buffer.from(hdf5.buffer, hdf5.byteOffset, hdf5.byteLength),
  })
}

/** Earliest time of a ZIP file. It is written as local time, so it is the same in every zone. */
const NO_TIME = new Date(1980, 0, 1)

/** Keras stores files without compression. */
async function zipped(files: Named<Buffer>): Promise<Uint8Array> {
  const { ZipFile } = await import('yazl')
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(files)) {
    zip.addBuffer(content, name, { compress: false, mtime: NO_TIME, forceDosTimestamp: true })
  }
  zip.end()
  return buffer(zip.outputStream)
}
