/** trainspec as a peer of pictures.js: node ours.js read|augment FOLDER. A step is a pass over all pictures. */
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { batchThreads } from '../../dist/data/augment/batch-threads.js'
import { openData } from '../../dist/data/load.js'
import { ownData } from '../../dist/spec/own-data.js'

const [job, folder] = process.argv.slice(2)
const THREADS = 2
const BATCH = 32
const answer = (record) => process.stdout.write(`${JSON.stringify(record)}\n`)

const open = async (data) => {
  const fit = { validation_split: 0 }
  const opened = await openData({ data: ownData.parse(data), seed: 1, fit, loss: null })
  return opened.load()
}

const read = () =>
  open({
    source: join(folder, 'pictures'),
    features: { image: { type: 'image', image_size: [224, 224] } },
    target: null,
    cache: 'memory',
  })

async function augmenting() {
  const { train } = await open({
    source: { x: join(folder, 'x.idx') },
    features: {
      x: {
        type: 'array',
        augment: [
          'RandomFlip',
          { type: 'RandomRotation', factor: 0.1 },
          { type: 'RandomTranslation', height_factor: 0.1, width_factor: 0.1 },
        ],
      },
    },
    target: null,
    cache: 'memory',
  })
  const threads = batchThreads(train, THREADS, BATCH)
  let epoch = 0
  return async () => {
    epoch++
    for await (const _ of threads.batches({ batchSize: BATCH, epoch, shuffle: { seed: 1, epoch } }, { spent: 0 }));
  }
}

const pass = job === 'read' ? read : await augmenting()
answer({ ready: true, peer: 'trainspec', pictures: job === 'read' ? 600 : 20_000 })
for await (const line of createInterface({ input: process.stdin })) {
  const { cmd, n } = JSON.parse(line)
  if (cmd === 'quit') break
  const times = []
  for (let step = 0; step < n; step++) {
    const began = performance.now()
    await pass()
    times.push(performance.now() - began)
  }
  answer({ ms_per_step: { min: Math.min(...times) }, rss_mb: process.resourceUsage().maxRSS / 1e3 })
}
process.exit(0)
