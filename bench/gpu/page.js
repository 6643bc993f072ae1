/** Writes docs/gpu.md from measurements, or says that there are none. */

import { table } from '../table.js'

const DOING = {
  float32: 'float32, all 23 bits of it',
  tf32: 'float32, products in TF32',
  mixed_float16: 'mixed_float16',
}

/** The page without measurements. */
export const unmeasuredPage = () =>
  page(
    '**Not measured yet**: we had no machine with an NVIDIA GPU. If you have one, one command makes this page with its numbers.',
    HOW,
    READING,
  )

/** The page of a record of bench/gpu/gpu.js. */
export function measuredPage(record) {
  const tried = record.device === 'cpu'
  const summary = tried
    ? 'Tried on a processor (`--device cpu`) to see that everything runs. These numbers say nothing about a GPU.'
    : `Measured on ${record.date.slice(0, 10)}. The programs take turns on the same GPU: ${record.rounds} rounds of ${record.steps} steps, after a first round that does not count.`
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
    card.skipped === undefined ? peaks(card) : `The peak of the GPU was not measured: ${card.skipped}.`,
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
  return table(['peak, measured by PyTorch', ''], rows)
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

- **Bound**: the roofline, the shortest possible time of a step. It is the larger of two times: that of the arithmetic at the GPU's peak, and that of the bytes at the GPU's bandwidth. Peak and bandwidth are measured on the GPU. The arithmetic is that of the matrix products, forward and backward. The bytes are those that every program must move: weights and optimizer slots read and written once, the batch read once, the output of each layer with products written and read once. Data in the GPU's cache can move faster.
- **Share of the bound**: bound divided by median. A small network at batch 128 leaves a GPU idle most of the time. Its speed depends on the number of kernels in a step and on how fast they start.
- **TF32**: GPUs from Ampere on can round the factors of float32 products to 10 bits of fraction, which makes products many times faster. TensorFlow and JAX do so by default, and so does engine \`tensorflow\`. PyTorch does not for matrix products. In a table here all programs use TF32, or none. In tables "all 23 bits" TF32 is off in each program, by its own switch and by \`NVIDIA_TF32_OVERRIDE=0\`; in the other tables it is on.
- **Data**: trainspec and Keras send each batch from the memory of the processor, as in normal use. trainspec sends the dropout masks too. The PyTorch program keeps the whole data set on the GPU.
- **mixed_float16**: the programs of Keras and PyTorch scale the loss; trainspec does not.
- **loss**: the loss of the last steps, which shows that all programs learn.`

const HOW = `## How to make this page

On Linux x64 with an NVIDIA GPU, Node, Python 3.11 or newer, and a C compiler for torch.compile:

1. A driver: \`nvidia-smi\` shows the CUDA version that it supports. trainspec, TensorFlow and JAX need CUDA 12. PyTorch from PyPI needs CUDA 13; \`PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cu126 bench/peers/setup-gpu.sh torch\` installs a PyTorch for CUDA 12 from PyTorch's own index.
2. \`npm ci && npm run build && npx train setup cuda\`: installs TensorFlow's library and NVIDIA's packages. It downloads 3.4 GB and takes 5.7 GB on disk.
3. \`bench/peers/setup-gpu.sh\`: installs the Python programs to compare with. It downloads 10 GB and takes about 20 GB on disk. Programs that are not installed are skipped, and the output says so.
4. \`npm run bench:gpu\`: writes this page and \`bench/results/gpu.json\`. Expect half an hour; it has not been timed on a GPU.

\`npm run bench:gpu -- --batch 256 --precision tf32 specs/mnist-10k.json\` runs another spec, batch size and precision. \`CUDA_VISIBLE_DEVICES=1\` chooses another GPU. \`--device cpu\` tries the benchmark without a GPU and writes to \`bench/results/\` only.`

const ms = (value) => `${value.toFixed(value < 1 ? 4 : 2)} ms`
const percent = (share) => `${(100 * share).toFixed(1)} %`
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
const gib = (bytes) => `${(bytes / 2 ** 30).toFixed(0)} GiB`
