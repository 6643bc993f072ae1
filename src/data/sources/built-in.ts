/** Data sets that come with the program: samples and their labels, and a test set. */
import type { SetSpec } from '../../spec/data.js'
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

const SETS: { readonly [Name in SetSpec['dataset']]: BuiltIn<Extract<SetSpec, { dataset: Name }>> } = {
  mnist: { form: () => mnistForm, load: loadMnist },
  'mnist-10k': { form: () => mnist10kForm, load: loadMnist10k },
  digits: { form: digitsForm, load: loadDigits },
  'bars-and-stripes': { form: barsAndStripesForm, load: loadBarsAndStripes },
  'go-positions': { form: () => goPositionsForm, load: loadGoPositions },
}

const setOf = (spec: SetSpec): BuiltIn<SetSpec> => SETS[spec.dataset] as BuiltIn<SetSpec>

export const setForm = (spec: SetSpec): SetForm => setOf(spec).form(spec)

/** Training and test samples, each a source of columns `x` and `y`. */
export async function setSources(spec: SetSpec): Promise<{ readonly train: Source; readonly test: Source }> {
  const { x, y } = setForm(spec)
  const { train, test } = await setOf(spec).load(spec)
  const sourceOf = (samples: Samples) => memorySource({ x, y }, samples.count, { x: samples.x, y: samples.y })
  return { train: sourceOf(train), test: sourceOf(test) }
}
