/** Data sets that come with the program: samples and their labels, and a test set. */
import type { DataSpec } from '../../spec/spec.js'
import { barsAndStripesForm, loadBarsAndStripes } from './bars-and-stripes.js'
import { digitsForm, loadDigits } from './digits.js'
import { goPositionsForm, loadGoPositions } from './go.js'
import { loadMnist, loadMnist10k, mnist10kForm, mnistForm } from './mnist.js'
import type { Loaded, Samples, SetForm } from './set.js'
import { memorySource, type Source } from './source.js'

interface BuiltIn<Spec> {
  form(spec: Spec): SetForm
  load(spec: Spec): Promise<Loaded>
}

const SETS: { readonly [Name in DataSpec['dataset']]: BuiltIn<Extract<DataSpec, { dataset: Name }>> } = {
  mnist: { form: () => mnistForm, load: loadMnist },
  'mnist-10k': { form: () => mnist10kForm, load: loadMnist10k },
  digits: { form: digitsForm, load: loadDigits },
  'bars-and-stripes': { form: barsAndStripesForm, load: loadBarsAndStripes },
  'go-positions': { form: () => goPositionsForm, load: loadGoPositions },
}

const setOf = (spec: DataSpec): BuiltIn<DataSpec> => SETS[spec.dataset] as BuiltIn<DataSpec>

export const setForm = (spec: DataSpec): SetForm => setOf(spec).form(spec)

/** Training and test samples, each a source of columns `x` and `y`. */
export async function setSources(spec: DataSpec): Promise<{ readonly train: Source; readonly test: Source }> {
  const { x, y } = setForm(spec)
  const { train, test } = await setOf(spec).load(spec)
  const sourceOf = (samples: Samples) => memorySource({ x, y }, samples.count, { x: samples.x, y: samples.y })
  return { train: sourceOf(train), test: sourceOf(test) }
}
