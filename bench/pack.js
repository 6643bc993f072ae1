// Reads, splits, prepares and packs a table, and prints the time of the processor and the peak of the memory as JSON:
//   node bench/pack.js FILE TARGET [shuffle] [COLUMN ...]
// The columns besides the target are numbers. The named columns have a type, so that no look at them is needed before.
// With `shuffle`, also reads all rows once in random order, 128 at a time.
import { statSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { batches } from '../dist/data/batches.js'
import { openData } from '../dist/data/load.js'
import { ownData } from '../dist/spec/own-data.js'

const [source, target, ...options] = process.argv.slice(2)
const mb = () => process.resourceUsage().maxRSS / 1e3
const named = options.filter((option) => option !== 'shuffle').map((name) => [name, 'float_normalized'])
const [memory, began] = [mb(), performance.now()]
const seconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
const before = seconds()
const data = await openData({
  data: ownData.parse({
    source: source.includes('{') ? JSON.parse(source) : source,
    target,
    cache: 'disk',
    ...(named.length > 0 && { features: Object.fromEntries(named) }),
  }),
  seed: 1,
  fit: { validation_split: 0.1 },
  loss: { type: 'mean_squared_error' },
})
const opened = seconds()
const { form, train } = await data.load()
const packed = seconds()
const rows = Object.values(form.rows).reduce((sum, count) => sum + count, 0)
const bytes = source.includes('{') ? 0 : statSync(source).size
const result = {
  rows,
  read_seconds: opened - before,
  pack_seconds: packed - opened,
  wall_seconds: (performance.now() - began) / 1e3,
  mb_per_second: bytes / 1e6 / (packed - before),
  rows_per_second: rows / (packed - before),
  peak_mb: mb(),
  start_mb: memory,
}
if (options.includes('shuffle')) {
  const from = seconds()
  let count = 0
  for await (const _ of batches(train, { batchSize: 128, shuffle: { seed: 1, epoch: 1 } })) count++
  result.batch_ms = ((seconds() - from) * 1e3) / count
}
console.log(JSON.stringify(result, null, 2))
