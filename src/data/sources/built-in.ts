/** Data sets that come with the program: samples and their labels, and a test set. */
import type { SetSpec } from '../../spec/data.js'
import { barsAndStripesForm, loadBarsAndStripes } from './bars-and-stripes.js'
import { digitsForm, loadDigits } from './digits.js'
import { goPositionsForm, loadGoPositions } from './go.js'
import { loadMnist, loadMnist10k, loadMnistTest, mnist10kForm, mnistForm } from './mnist.js'
import type { Loaded, Samples, SetForm } from './set.js'
import { memorySource, type Source } from './source.js'

interface BuiltIn<Spec> {
  form(spec: Spec): SetForm
  load(spec: Spec): Promise<Loaded>
  /** Loads the test samples without the others, for a set whose parts lie in files of their own. */
  readonly loadTest?: () => Promise<Samples>
}

const SETS: { readonly [Name in SetSpec['dataset']]: BuiltIn<Extract<SetSpec, { dataset: Name }>> } = {
  mnist: { form: () => mnistForm, load: loadMnist, loadTest: loadMnistTest },
  'mnist-10k': { form: () => mnist10kForm, load: loadMnist10k },
  digits: { form: digitsForm, load: loadDigits },
  'bars-and-stripes': { form: barsAndStripesForm, load: loadBarsAndStripes },
  'go-positions': { form: () => goPositionsForm, load: loadGoPositions },
}

const setOf = (spec: SetSpec): BuiltIn<SetSpec> => SETS[spec.dataset] as BuiltIn<SetSpec>

export const setForm = (spec: SetSpec): SetForm => setOf(spec).form(spec)

/** Training and test samples, each a source of columns `x` and `y`. */
export async function setSources(spec: SetSpec): Promise<{ readonly train: Source; readonly test: Source }> {
  const { train, test } = await setOf(spec).load(spec)
  return { train: sourceOf(spec, train), test: sourceOf(spec, test) }
}

/** The test samples alone. */
export async function testSource(spec: SetSpec): Promise<Source> {
  const { load, loadTest = async () => (await load(spec)).test } = setOf(spec)
  return sourceOf(spec, await loadTest())
}

function sourceOf(spec: SetSpec, { count, x, y }: Samples): Source {
  const form = setForm(spec)
  return memorySource({ x: form.x, y: form.y }, count, { x, y })
}
