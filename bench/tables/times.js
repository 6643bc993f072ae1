/** The way from a file to a trained model and its test score, each program in a process of its own, in turns. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inRoot } from '../in-root.js'
import { median, seconds, titledTable } from '../table.js'

const ROUNDS = 3

/** `flights`: flights-3m.parquet, if it is to be trained on too. */
export function printTimes(python, flights) {
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-times-'))
  try {
    const csv = inRoot('specs/data/titanic.csv')
    const twenty = ['--set', 'fit.epochs=20', '--set', 'early_stopping=null']
    console.log(
      timesOf('specs/titanic.json, 20 epochs', folder, ours('titanic', twenty), peers(python, 'titanic', csv)),
    )
    if (!flights) return
    const once = ['--set', 'fit.epochs=1', '--set', `data.source=${flights}`]
    // scikit-learn has no layer for categories
    const [keras] = peers(python, 'flights', flights)
    console.log(timesOf('specs/flights.json, one epoch', folder, ours('flights', once), [keras]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const ours = (name, settings) => ({
  name: 'trainspec, onnx',
  command: (out) => [
    process.execPath,
    ...[inRoot('bin/train.js'), inRoot(`specs/${name}.json`), '--engine', 'onnx', '--out', out],
    ...settings,
  ],
})

const peers = (python, name, file) =>
  [
    ['keras', 'pandas and Keras, tf.data'],
    ['sklearn', 'pandas and scikit-learn'],
  ].map(([kind, title]) => ({
    name: title,
    command: () => [python, inRoot('bench/peers/table_times.py'), kind, name, file],
  }))

function timesOf(title, folder, first, others) {
  const programs = [first, ...others]
  const turns = programs.map(() => [])
  for (let round = 0; round < ROUNDS; round++) {
    programs.forEach(({ name, command }, at) => {
      process.stderr.write(`${title}: ${name}\n`)
      turns[at].push(timed(command(join(folder, `${title.replace(/\W/g, '')}-${round}`))))
    })
  }
  const rows = programs.map(({ name }, at) => [
    name,
    seconds(median(turns[at].map(({ wall }) => wall))),
    seconds(median(turns[at].map(({ cpu }) => cpu))),
  ])
  return titledTable(`From the file to the model: ${title}`, ['', 'time', 'processor time'], rows)
}

/** Wall and processor time of a command in seconds. */
function timed(command) {
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', 'TIMEFORMAT="%R %U %S"; time "$@" 2>/dev/null', '-', ...command],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    },
  )
  const [wall, user, system] = stderr.trim().split(' ').map(Number)
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}`)
  return { wall, cpu: user + system }
}
