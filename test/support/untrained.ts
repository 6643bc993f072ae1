/** Specs as models whose training has not begun, with their data. */

import { isAbsolute } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Named } from '../../src/base/field.js'
import { PURPOSE, RandomStream } from '../../src/base/philox.js'
import { sizeOf } from '../../src/base/shape.js'
import type { Data, RawData } from '../../src/data/data.js'
import { openData } from '../../src/data/load.js'
import { learnerOf, NO_FACTS } from '../../src/run/learner.js'
import type { TrainedModel } from '../../src/run/open-model.js'
import { requireSpec } from '../../src/run/read-spec.js'
import { soleSpec } from '../../src/run/stages.js'
import type { ResolvedSpec } from '../../src/spec/spec.js'
import { SPECS } from './specs.js'

export interface Untrained {
  readonly trained: TrainedModel
  readonly data: Data
  raw(): Promise<RawData>
}

/** `file` is a spec that ships, or the path of another. Every weight is random, so that no bias and no running mean is 0. */
export async function untrained(file: string): Promise<Untrained> {
  const path = isAbsolute(file) ? file : fileURLToPath(new URL(file, SPECS))
  const given = small((await requireSpec(path, [], Readable.from([]))).spec)
  const open = await openData(given)
  const { preparation, ...data } = await open.load()
  const spec = soleSpec({ ...given, data: open.data } as ResolvedSpec, data.form)
  const learner = learnerOf(spec, data.form, { batchSize: 1, stepsPerEpoch: 1 }, NO_FACTS)
  const weights: Named<Float32Array> = Object.fromEntries(
    learner.model.weights.map(({ name, shape }, stream) => {
      const random = new RandomStream({ seed: 1, purpose: PURPOSE.initial, stream, step: 0 })
      const width = Math.sqrt(sizeOf(shape.slice(0, -1)))
      const positive = name.endsWith('variance') || name.endsWith('gamma')
      const values = Float32Array.from({ length: sizeOf(shape) }, () => random.normal() / Math.max(width, 2))
      return [name, positive ? values.map((value) => 1 + Math.abs(value)) : values]
    }),
  )
  const { model } = learner
  const network = learner.kind === 'network' ? learner.model : null
  const trained = { directory: '', spec, form: data.form, preparation, model, network, weights }
  return { trained, data, raw: open.raw }
}

/** MNIST is a part of it. */
function small(spec: ResolvedSpec): ResolvedSpec {
  const { data } = spec
  return 'dataset' in data && data.dataset === 'mnist' ? { ...spec, data: { ...data, dataset: 'mnist-10k' } } : spec
}
