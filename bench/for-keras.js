/**
 * node bench/for-keras.js SPEC FOLDER: writes the files with which Keras trains the same job.
 *
 * spec.json   the spec with every default; for a DBN, the spec of its network
 * data.json   {"shape": of a sample, "dtype": of x, "divisor", "classes", "count", "drawn"} of the training samples;
 *             "drawn": values are probabilities of a 1, and each epoch draws new samples
 * x, y        these samples in the order of the data set, as values times the divisor, and their labels, a byte each
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { classesOf, labelsKey, soleInput, soleInputKey } from '../dist/base/form.js'
import { loadData } from '../dist/data/load.js'
import { readRows } from '../dist/data/table.js'
import { labelsProblem } from '../dist/model/rbm/check-rbm.js'
import { classCounts, classWeightsOf } from '../dist/run/class-weights.js'
import { requireSpec } from '../dist/run/read-spec.js'
import { soleSpec } from '../dist/run/stages.js'

const [path, folder] = process.argv.slice(2)
const { spec: given } = await requireSpec(path, [], process.stdin)
const { form, train } = await loadData(given)
const spec = soleSpec(given, form)
const { count } = train
if (Object.keys(form.inputs).length > 1 || form.weights || labelsProblem(form)) {
  console.error('Keras is timed only on data of one input and one class for each row, without weights of rows.')
  process.exit(1)
}
const stored = readRows(train, 0, count, null)
const { shape, divisor, dtype } = soleInput(form)
const classes = classesOf(form)
const drawn = given.data.binarize === 'sample_each_epoch'
const class_weight = classWeightsOf(given.fit, () => classCounts(train, labelsKey(form), classes))
writeFileSync(join(folder, 'spec.json'), JSON.stringify({ ...spec, fit: { ...spec.fit, class_weight } }))
const data = { shape, dtype, divisor, classes, count, drawn }
writeFileSync(join(folder, 'data.json'), JSON.stringify(data))
writeFileSync(join(folder, 'x'), stored[soleInputKey(form)])
writeFileSync(join(folder, 'y'), Uint8Array.from(stored[labelsKey(form)]))
