/**
 * npm run bench:pictures -- [read] [augment] [train] [many]: how many pictures a second are read, augmented, and augmented
 * while a network trains, beside Keras' image_dataset_from_directory and its layers. The programs take turns; both may use
 * two threads. `many`, which must be named, trains on 100,000 files and tells time and memory.
 *
 * Python peers run in bench/peers/.venv (made by bench/peers/setup.sh), or in the Python of PEERS_PYTHON.
 */
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { inRoot } from '../in-root.js'
import { startPeer, timeCommand } from '../peer.js'
import { median, table } from '../table.js'
import { stopAll, takeTurns } from '../turns.js'

const ROUNDS = 5
const FILES = 2400
const ROWS = 20_000
const MANY = 100_000
const JOBS = {
  read: { title: `${FILES} JPEG files of 500 x 375, to 224 x 224`, pictures: FILES },
  augment: { title: 'Pictures of 32 x 32 x 3: flip, rotation, translation', pictures: ROWS },
  train: { title: 'The same while a network of two dense layers trains', pictures: ROWS },
}
const CLASSIFIER = {
  model: {
    type: 'Sequential',
    layers: [
      'Flatten',
      { type: 'Dense', units: 128, activation: 'relu' },
      { type: 'Dense', units: 'auto', activation: 'softmax' },
    ],
  },
  loss: 'sparse_categorical_crossentropy',
}
const RESCALING = { type: 'Rescaling', scale: 1 / 255 }
const python = process.env.PEERS_PYTHON ?? inRoot('bench/peers/.venv/bin/python')
const log = (line) => process.stderr.write(`${line}\n`)

const folder = mkdtempSync(join(tmpdir(), 'trainspec-pictures-'))
try {
  const given = process.argv.slice(2)
  const jobs = given.length > 0 ? given : Object.keys(JOBS)
  if (jobs.includes('read')) await makeFiles()
  if (jobs.includes('augment') || jobs.includes('train')) makeRows()
  for (const job of Object.keys(JOBS)) if (jobs.includes(job)) await compare(job, JOBS[job])
  if (jobs.includes('many')) await trainOnMany()
} finally {
  rmSync(folder, { recursive: true })
}

async function compare(job, { title, pictures }) {
  const args = [job, folder, String(pictures)]
  const programs = [
    { name: 'trainspec', start: () => startPeer(process.execPath, [inRoot('bench/pictures/ours.js'), ...args]) },
    { name: 'Keras', start: () => startPeer(python, [inRoot('bench/peers/pictures.py'), ...args]) },
  ].map((program) => ({ ...program, steps: 1 }))
  await takeTurns(programs, { rounds: ROUNDS, chunk: 1, log })
  const rows = programs
    .filter(({ peer }) => !peer.skipped)
    .map(({ name, turns, memory }) => {
      const seconds = turns.map((turn) => turn.min / 1000)
      const perSecond = (time) => Math.round(pictures / time).toLocaleString('en')
      return [name, perSecond(median(seconds)), perSecond(Math.min(...seconds)), `${Math.round(memory)} MB`]
    })
  console.log(`### ${title}\n\n${table(['program', 'pictures/s, median', 'best', 'memory'], rows)}\n`)
  await stopAll(programs)
}

function writeSpec(job, data, fit = {}) {
  const spec = { data, ...CLASSIFIER, fit: { epochs: 1, validation_split: 0, ...fit } }
  writeFileSync(join(folder, `${job}.json`), JSON.stringify(spec))
}

/** 600 pictures, each under four names. */
async function makeFiles() {
  const path = join(folder, 'pictures')
  await makePictures(path, FILES / 4, [500, 375])
  for (let number = FILES / 4; number < FILES; number++) {
    copyFileSync(pathOf(path, number % (FILES / 4)), pathOf(path, number))
  }
  const image = { type: 'image', image_size: [224, 224] }
  writeSpec('read', { source: path, features: { image }, cache: 'memory' })
}

function makeRows() {
  const idx = (name, shape, value) => {
    const header = Buffer.from(Int32Array.of(0x0800 + shape.length, ...shape).buffer).swap32()
    const bytes = Uint8Array.from({ length: shape.reduce((product, size) => product * size) }, (_, at) => value(at))
    writeFileSync(join(folder, name), Buffer.concat([header, bytes]))
  }
  idx('x.idx', [ROWS, 32, 32, 3], (at) => (at * 7919) % 251)
  idx('y.idx', [ROWS], (at) => at % 10)
  const augment = [
    'RandomFlip',
    { type: 'RandomRotation', factor: 0.1 },
    { type: 'RandomTranslation', height_factor: 0.1, width_factor: 0.1 },
  ]
  const source = { x: join(folder, 'x.idx'), y: join(folder, 'y.idx') }
  const specOf = (job, feature, fit) =>
    writeSpec(
      job,
      { source, features: { x: { type: 'array', augment, ...feature } }, target: 'y', cache: 'memory' },
      fit,
    )
  specOf('augment', {}, { batch_size: 32 })
  specOf('train', { steps: [RESCALING] }, { batch_size: 128 })
}

/** 1,000 pictures, each under a hundred names, read, packed and trained on for an epoch with RandomFlip. */
async function trainOnMany() {
  const path = join(folder, 'many')
  await makePictures(path, 1000, [64, 64])
  for (let number = 1000; number < MANY; number++) linkSync(pathOf(path, number % 1000), pathOf(path, number))
  const image = { type: 'image', image_size: [64, 64], augment: ['RandomFlip'], steps: [RESCALING] }
  writeSpec('many', { source: path, features: { image }, cache: 'disk' }, { batch_size: 128 })
  const args = ['--import', inRoot('bench/peak-memory.js'), inRoot('bin/train.js'), join(folder, 'many.json')]
  const env = { XDG_CACHE_HOME: join(folder, 'cache') }
  const { seconds, output, skipped } = await timeCommand(process.execPath, [...args, '--out', join(folder, 'run')], env)
  if (skipped) throw new Error(skipped)
  console.log(`### ${MANY.toLocaleString('en')} pictures of 64 x 64: read, packed and trained on for an epoch\n`)
  console.log(`${Math.round(seconds)} s, at most ${output} MB of memory\n`)
}

function pathOf(path, number) {
  return join(path, 'ab'[number % 2], `${number}.jpg`)
}

/** Pictures of smooth colours with some noise, which JPEG makes as large as photographs: about 32 KB for 500 x 375. */
async function makePictures(path, count, [width, height]) {
  for (const name of ['a', 'b']) mkdirSync(join(path, name), { recursive: true })
  for (let number = 0; number < count; number++) {
    const data = Buffer.alloc(width * height * 3)
    for (let at = 0, seed = number + 1; at < data.length; at++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)]
      data[at] = 128 + 80 * Math.sin((x + number) / 40 + (at % 3)) * Math.cos(y / 30) + (seed >>> 27)
    }
    const raw = { width, height, channels: 3 }
    writeFileSync(pathOf(path, number), await sharp(data, { raw }).jpeg().toBuffer())
  }
}
