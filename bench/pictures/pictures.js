/**
 * npm run bench:pictures: how many pictures a second are read and augmented, beside Keras' image_dataset_from_directory and
 * its layers. The programs take turns; both may use two threads.
 *
 * Python peers run in bench/peers/.venv (made by bench/peers/setup.sh), or in the Python of PEERS_PYTHON.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { inRoot } from '../in-root.js'
import { startPeer } from '../peer.js'
import { median, table } from '../table.js'
import { stopAll, takeTurns } from '../turns.js'

const ROUNDS = 5
const JOBS = {
  read: '600 JPEG files of 500 x 375, to 224 x 224',
  augment: '20,000 pictures of 32 x 32 x 3: flip, rotation, translation',
}
const python = process.env.PEERS_PYTHON ?? inRoot('bench/peers/.venv/bin/python')
const log = (line) => process.stderr.write(`${line}\n`)

const folder = mkdtempSync(join(tmpdir(), 'trainspec-pictures-'))
try {
  await makePictures(join(folder, 'pictures'), 600)
  // an IDX file of bytes with four axes
  const header = Buffer.from(Int32Array.of(0x0804, 20_000, 32, 32, 3).buffer).swap32()
  const bytes = Uint8Array.from({ length: 20_000 * 32 * 32 * 3 }, (_, at) => (at * 7919) % 251)
  writeFileSync(join(folder, 'x.idx'), Buffer.concat([header, bytes]))
  const jobs = process.argv.slice(2)
  for (const [job, title] of Object.entries(JOBS))
    if (jobs.length === 0 || jobs.includes(job)) await compare(job, title)
} finally {
  rmSync(folder, { recursive: true })
}

async function compare(job, title) {
  const programs = [
    { name: 'trainspec', start: () => startPeer(process.execPath, [inRoot('bench/pictures/ours.js'), job, folder]) },
    { name: 'Keras', start: () => startPeer(python, [inRoot('bench/peers/pictures.py'), job, folder]) },
  ].map((program) => ({ ...program, steps: 1 }))
  await takeTurns(programs, { rounds: ROUNDS, chunk: 1, log })
  const rows = programs
    .filter(({ peer }) => !peer.skipped)
    .map(({ name, peer, turns, memory }) => {
      const seconds = turns.map((turn) => turn.min / 1000)
      const perSecond = (time) => Math.round(peer.hello.pictures / time).toLocaleString('en')
      return [name, perSecond(median(seconds)), perSecond(Math.min(...seconds)), `${Math.round(memory)} MB`]
    })
  console.log(`### ${title}\n\n${table(['program', 'pictures/s, median', 'best', 'memory'], rows)}\n`)
  await stopAll(programs)
}

/** Pictures of smooth colours with some noise, which JPEG makes as large as photographs: about 60 KB. */
async function makePictures(path, count) {
  const [width, height] = [500, 375]
  for (const name of ['a', 'b']) mkdirSync(join(path, name), { recursive: true })
  for (let number = 0; number < count; number++) {
    const data = Buffer.alloc(width * height * 3)
    for (let at = 0, seed = number + 1; at < data.length; at++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)]
      data[at] = 128 + 80 * Math.sin((x + number) / 40 + (at % 3)) * Math.cos(y / 30) + (seed >>> 27)
    }
    const raw = { width, height, channels: 3 }
    writeFileSync(join(path, 'ab'[number % 2], `${number}.jpg`), await sharp(data, { raw }).jpeg().toBuffer())
  }
}
