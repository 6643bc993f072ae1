/**
 * npm run bench:serve -- [--seconds N] [--rate N]: measures requests of one row to `train serve`, and to the same model
 * in FastAPI with onnxruntime: first at a steady rate, then as many as the server takes.
 *
 * The load comes from autocannon, which npx fetches. Its latencies at a steady rate count the time that a request had to
 * wait for earlier ones. Python runs in bench/serve/.venv (made by bench/serve/setup.sh), or in that of PEERS_PYTHON.
 */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { inRoot } from '../in-root.js'
import { table } from '../table.js'

const AUTOCANNON = 'autocannon@8.0.0'
const CONNECTIONS = 16
const COLUMNS = Array.from({ length: 20 }, (_, at) => `x${at}`)
const ROWS = 2000

const { seconds, rate } = yargs(hideBin(process.argv))
  .scriptName('npm run bench:serve --')
  .options({
    seconds: { type: 'number', default: 10, describe: 'Seconds of each measurement' },
    rate: { type: 'number', default: 1000, describe: 'Requests a second at the steady rate' },
  })
  .strictOptions()
  .version(false)
  .parse()
const python = process.env.PEERS_PYTHON ?? inRoot('bench/serve/.venv/bin/python')
const train = inRoot('bin/train.js')

const sampleValue = (row, column) => Math.sin(row * 12.9898 + column * 78.233)

/** Trains a small network, and exports it. */
function trainedIn(folder) {
  const rows = Array.from({ length: ROWS }, (_, row) => COLUMNS.map((_, column) => sampleValue(row, column)))
  const lines = rows.map((values) => [...values, values[0] > values[1] ? 'more' : 'less'].join(','))
  writeFileSync(join(folder, 'rows.csv'), `${[...COLUMNS, 'kind'].join(',')}\n${lines.join('\n')}\n`)
  const spec = {
    data: { source: 'rows.csv', target: 'kind', features: Object.fromEntries(COLUMNS.map((name) => [name, 'float'])) },
    model: {
      type: 'Sequential',
      layers: [
        { type: 'Dense', units: 64, activation: 'relu' },
        { type: 'Dense', units: 64, activation: 'relu' },
        { type: 'Dense', units: 'auto', activation: 'softmax' },
      ],
    },
    loss: 'sparse_categorical_crossentropy',
    fit: { epochs: 3, batch_size: 64 },
  }
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec))
  const run = (...args) => execFileSync(process.execPath, [train, ...args], { cwd: folder, stdio: 'ignore' })
  run('spec.json', '--out', 'run')
  run('export', 'run', '--to', 'onnx', '--out', 'model.onnx')
}

/** Starts a server, and waits until it says that it listens. */
async function started([file, ...args], cwd, isReady) {
  const child = spawn(file, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  const url = await new Promise((resolve, reject) => {
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
      const found = isReady.exec(stderr)
      if (found) resolve(found[1])
    })
    child.on('exit', (code) => reject(new Error(`${file} ended with ${code}: ${stderr}`)))
  })
  return { url, stop: () => child.kill('SIGTERM') }
}

const row = Object.fromEntries(COLUMNS.map((name, column) => [name, sampleValue(1, column)]))

/** The measurements of autocannon. */
async function load(url, ...options) {
  const fixed = ['-j', '-c', String(CONNECTIONS), '-m', 'POST', '-H', 'content-type=application/json']
  const args = ['--yes', AUTOCANNON, ...fixed, '-b', JSON.stringify([row]), ...options, `${url}/predict`]
  const { stdout } = await promisify(execFile)('npx', args, { maxBuffer: 2 ** 26 })
  const { requests, latency, non2xx, errors } = JSON.parse(stdout)
  return { each: requests.average, p50: latency.p50, p99: latency.p99, failed: non2xx + errors }
}

const folder = mkdtempSync(join(tmpdir(), 'trainspec-serve-'))
try {
  trainedIn(folder)
  const servers = [
    ['trainspec', [process.execPath, train, 'serve', 'run', '--port', '0'], /Serving .* at (http:\S+);/],
    ...(existsSync(python)
      ? [['FastAPI, onnxruntime', [python, inRoot('bench/serve/server.py'), 'model.onnx'], /running on (http:\S+)/]]
      : []),
  ]
  const rows = []
  for (const [name, command, isReady] of servers) {
    const { url, stop } = await started(command, folder, isReady)
    try {
      await load(url, '-d', '2')
      const steady = await load(url, '-d', String(seconds), '-R', String(rate))
      const most = await load(url, '-d', String(seconds))
      for (const [way, { each, p50, p99, failed }] of [
        [`${rate} a second`, steady],
        ['as many as it takes', most],
      ])
        rows.push([name, way, each.toFixed(0), `${p50} ms`, `${p99} ms`, String(failed)])
    } finally {
      stop()
    }
  }
  console.log(table(['server', 'requests', 'answered a second', 'median', 'p99', 'failed'], rows))
  if (servers.length === 1) console.error('bench/serve/setup.sh makes the Python of FastAPI.')
} finally {
  rmSync(folder, { recursive: true })
}
