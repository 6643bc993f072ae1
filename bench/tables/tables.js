/**
 * npm run bench:tables -- [--flights FILE] [SPEC...]: trains the specs of own data, and scikit-learn and Keras on exactly
 * the same prepared rows, and prints their test scores beside each other. `--times` prints times from the CSV instead.
 *
 * Python peers run in bench/peers/.venv (made by bench/peers/setup.sh), or in the Python of PEERS_PYTHON.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { inRoot } from '../in-root.js'
import { table } from '../table.js'
import { printTimes } from './times.js'

const SPECS = [
  'iris',
  'penguins',
  'titanic',
  'seattle-weather',
  'auto-mpg',
  'digits-multilabel',
  'rbm-digits-csv',
  'dbn-digits-csv',
]

const {
  _: names,
  flights,
  times,
} = yargs(hideBin(process.argv))
  .scriptName('npm run bench:tables --')
  .usage('$0 [SPEC...]\n\nCompares the test scores of the specs of own data with those of scikit-learn and Keras.')
  .options({
    flights: { type: 'string', describe: 'flights-3m.parquet on this machine, for specs/flights.json' },
    times: { type: 'boolean', describe: 'Print times from the file to the trained model instead' },
  })
  .strictOptions()
  .version(false)
  .parse()
const python = process.env.PEERS_PYTHON ?? inRoot('bench/peers/.venv/bin/python')

if (times) printTimes(python, flights)
else printScores(names.length > 0 ? names : [...SPECS, ...(flights ? ['flights'] : [])])

function printScores(specs) {
  const folder = mkdtempSync(join(tmpdir(), 'trainspec-tables-'))
  try {
    const rows = specs.flatMap((name) => {
      process.stderr.write(`${name}\n`)
      return scoresOf(name, join(folder, name)).map((row) => [name, ...row])
    })
    console.log(table(['spec', 'test score', 'trainspec', 'scikit-learn', 'Keras'], rows))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Returns rows of the table: measure, ours, scikit-learn's, Keras'. */
function scoresOf(name, folder) {
  const spec = inRoot(`specs/${name}.json`)
  const settings = name === 'flights' ? [`data.source=${flights}`] : []
  const sets = settings.flatMap((setting) => ['--set', setting])
  const run = join(folder, 'run')
  const node = (...args) =>
    execFileSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })
  mkdirSync(folder, { recursive: true })
  node(inRoot('bench/tables/rows.js'), spec, folder, ...settings)
  node(inRoot('bin/train.js'), spec, '--engine', 'onnx', ...sets, '--out', run)
  const { test } = JSON.parse(readFileSync(join(run, 'history.json'), 'utf8'))
  // the features of an RBM are judged by a classifier, which is the same for ours
  if (name.startsWith('rbm')) node(inRoot('bin/train.js'), 'transform', run)
  const peers = JSON.parse(
    execFileSync(python, [inRoot('bench/peers/tables.py'), folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    }),
  )
  return Object.entries(peers).map(([measure, { ours, sklearn, keras }]) => [
    measure,
    ...[ours ?? test[measure], sklearn, keras].map((score) => score?.toFixed(4) ?? ''),
  ])
}
