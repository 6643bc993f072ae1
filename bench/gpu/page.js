/** docs/gpu.md as a whole, from what was measured, or for want of it. */

import { table } from '../table.js'

const DOING = {
  float32: 'float32, all 23 bits of it',
  tf32: 'float32, products in TF32',
  mixed_float16: 'mixed_float16',
}

/** The page while there is nothing to show. */
export const unmeasuredPage = () =>
  page(
    '**Not measured yet**: no machine with an NVIDIA GPU was at hand. Whoever has one makes this page, numbers and all, with one command.',
    HOW,
    READING,
  )

/** The page of a record of bench/gpu/gpu.js. */
export function measuredPage(record) {
  const tried = record.device === 'cpu'
  const summary = tried
    ? 'Tried on a processor (`--device cpu`) to see that everything runs. These numbers say nothing about a GPU.'
    : `Measured on ${record.date.slice(0, 10)}. A training step by each program on the same card, in turns: ${record.rounds} alternations after a first one that does not count, ${record.steps} steps each.`
  return page(
    `${summary}\n\n\`\`\`sh\n${record.command}\n\`\`\``,
    machineSection(record),
    ...record.groups.map((group) => groupSection(group, record.card)),
    READING,
    HOW,
  )
}

const page = (...sections) => `${['# On an NVIDIA GPU', ...sections].join('\n\n')}\n`

function machineSection({ card, machine, groups }) {
  const versions = Object.assign(
    {},
    card.versions,
    ...groups.flatMap(({ programs }) => programs.map((one) => one.versions)),
  )
  const rows = [
    ...(card.card
      ? [
          [
            'card',
            `${card.card.name}, compute capability ${card.card.compute_capability}, ${gib(card.card.memory_bytes)}`,
          ],
        ]
      : []),
    ...(machine.cuda ? [['driver', `${machine.driver ?? 'unknown'}, for CUDA up to ${machine.cuda}`]] : []),
    ['processor', `${machine.cpu}, ${machine.cores} threads`],
    ['versions', [`Node ${machine.node}`, ...Object.entries(versions).map((pair) => pair.join(' '))].join(', ')],
  ]
  return [
    '## The machine',
    table(['', ''], rows),
    card.skipped === undefined ? peaks(card) : `What the card can do at most was not measured: ${card.skipped}.`,
  ].join('\n\n')
}

function peaks({ flops, side, copy, copy_bytes: bytes, from_host: fromHost }) {
  const rows = [
    ...Object.entries(flops).map(([precision, peak]) => [
      `product of two ${side} x ${side} matrices, ${precision === 'mixed_float16' ? 'float16' : DOING[precision]}`,
      `${(peak / 1e9).toFixed(0)} GFLOP/s`,
    ]),
    [`copy of ${(bytes / 2 ** 20).toFixed(0)} MiB, read and written`, `${(copy / 1e9).toFixed(1)} GB/s`],
    ...(fromHost ? [['from the memory of the processor', `${(fromHost / 1e9).toFixed(1)} GB/s`]] : []),
  ]
  return table(['at most, measured by PyTorch', ''], rows)
}

function groupSection({ spec, batch_size: batch, precision, flops, bytes, fed_bytes: fed, bound, programs }, card) {
  const rows = programs
    .filter(({ skipped }) => skipped === undefined)
    .map(({ name, median_ms, min_ms, share_of_bound: share, loss }) => [
      name,
      ms(median_ms),
      ms(min_ms),
      share === undefined ? '' : percent(share),
      loss.toFixed(3),
    ])
  const skips = programs
    .filter(({ skipped }) => skipped !== undefined)
    .map(({ name, skipped }) => `- ${name}: ${skipped}`)
  const sending = card.from_host ? `, ${ms((1e3 * fed) / card.from_host)} at the rate above` : ''
  return [
    `## ${spec}, batch ${batch}, ${DOING[precision]}`,
    `${(flops / 1e6).toFixed(1)} MFLOP and ${megabytes(bytes)} a step${bound ? `: at least ${ms(bound.ms)}, by ${bound.by}` : ''}. trainspec sends ${megabytes(fed)} to the card for it${sending}.`,
    table(['', 'median', 'minimum', 'share of the bound', 'loss'], rows),
    ...(skips.length > 0 ? [`Skipped:\n\n${skips.join('\n')}`] : []),
  ].join('\n\n')
}

const READING = `## How to read it

- **Bound**: the roofline. No step takes less time than its arithmetic at the card's peak, or its bytes at the card's bandwidth, both measured on the card itself; the larger of the two is the bound. Arithmetic is that of the matrix products, forward and backward. Bytes are what no program can avoid: weights and optimizer slots read and written once, the batch read once, the output of each layer with products written and read once. What fits into the card's cache can move faster than that.
- **Share of the bound**: bound over median. A small network at batch 128 leaves a card idle most of the time: what counts then is how many kernels a step starts, and how fast.
- **TF32**: cards from Ampere on can round the factors of float32 products to 10 bits of fraction, and are many times faster then. TensorFlow and JAX do so unless told otherwise, and engine \`tensorflow\` with them; PyTorch does not for matrix products. Here all programs of a table do, or none: in tables "all 23 bits" each is told not to, by its own switch and by \`NVIDIA_TF32_OVERRIDE=0\`; in the other tables each is told that it may.
- **Data**: trainspec and Keras take each batch from the memory of the processor, as their users do; trainspec sends the dropout masks too. The PyTorch loop keeps the whole data set on the card, as its users can.
- **mixed_float16**: Keras' and PyTorch's programs scale the loss, trainspec does not.
- **loss**: of the last steps, to see that all of them learn.`

const HOW = `## How to make this page

On Linux x64 with an NVIDIA GPU, Node, Python 3.11 or newer, and a C compiler for torch.compile:

1. A driver: \`nvidia-smi\` says which CUDA it supports. 12 does for trainspec, TensorFlow and JAX; PyTorch from PyPI is for CUDA 13 (\`PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cu126 bench/peers/setup-gpu.sh torch\` looks for one for CUDA 12 in PyTorch's own index).
2. \`npm ci && npm run build && npx train setup cuda\`: TensorFlow's library and NVIDIA's packages, 3.4 GB to fetch, 5.7 GB on the disk.
3. \`bench/peers/setup-gpu.sh\`: the Python peers, 10 GB to fetch, about twice that on the disk. Without them they are named as skipped.
4. \`npm run bench:gpu\`: it has not been timed on a card; expect half an hour. It writes this page and \`bench/results/gpu.json\`.

\`npm run bench:gpu -- --batch 256 --precision tf32 specs/mnist-10k.json\` takes other specs, batch sizes and precisions, \`CUDA_VISIBLE_DEVICES=1\` another card. \`--device cpu\` tries the flow without a card and writes to \`bench/results/\` instead.`

const ms = (value) => `${value.toFixed(value < 1 ? 4 : 2)} ms`
const percent = (share) => `${(100 * share).toFixed(1)} %`
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
const gib = (bytes) => `${(bytes / 2 ** 30).toFixed(0)} GiB`
