/**
 * node bench/for-keras.js SPEC FOLDER: writes the files with which Keras trains the same job.
 *
 * spec.json   the spec with every default
 * data.json   {"shape": of a sample, "divisor", "classes", "count"} of the training samples
 * x, y        these samples as bytes, in the order of the data set, and their labels
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { splitSamples } from '../dist/data/dataset.js'
import { loadData } from '../dist/data/registry.js'
import { requireSpec } from '../dist/run/read-spec.js'

const [path, folder] = process.argv.slice(2)
const { spec } = await requireSpec(path, [], process.stdin)
const { info, train } = await loadData(spec.data, spec.seed)
const { x, y, count } = splitSamples(train, spec.fit.validation_split).train
const { sampleShape: shape, divisor, classes } = info
writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec))
writeFileSync(join(folder, 'data.json'), JSON.stringify({ shape, divisor, classes, count }))
writeFileSync(join(folder, 'x'), x)
writeFileSync(join(folder, 'y'), y)
