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
import { splitSamples } from '../dist/data/dataset.js'
import { loadData } from '../dist/data/registry.js'
import { requireSpec } from '../dist/run/read-spec.js'
import { soleSpec } from '../dist/run/stages.js'

const [path, folder] = process.argv.slice(2)
const { spec: given } = await requireSpec(path, [], process.stdin)
const { info, train } = await loadData(given.data, given.seed)
const spec = soleSpec(given, info)
const { x, y, count, draws } = splitSamples(train, spec.fit.validation_split).train
const { sampleShape: shape, divisor, classes } = info
writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec))
const dtype = x instanceof Float32Array ? 'float32' : 'uint8'
const data = { shape, dtype, divisor, classes, count, drawn: draws !== undefined }
writeFileSync(join(folder, 'data.json'), JSON.stringify(data))
writeFileSync(join(folder, 'x'), x)
writeFileSync(join(folder, 'y'), y)
