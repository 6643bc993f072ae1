/**
 * The share of a training that side outputs take: node bench/side-outputs.js [EPOCHS]. Trains specs/mnist-mlp.json with
 * the stream of events and with a history in every format of rows, and adds up the time from the call of each to its
 * end. So the share does not depend on how fast the machine is at the moment, as two runs in turn would.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadData } from '../dist/data/load.js'
import { openEngine } from '../dist/engine/registry.js'
import { historyFile } from '../dist/export/history-writer.js'
import { openLines } from '../dist/export/line-place.js'
import { eventLine } from '../dist/export/run-events.js'
import { requireSpec } from '../dist/run/read-spec.js'
import { tellEvents } from '../dist/run/run-events.js'
import { trainStages } from '../dist/run/train-stages.js'
import { parseSetting } from '../dist/spec/override.js'

const [epochs = '3'] = process.argv.slice(2)
const path = new URL('../specs/mnist-mlp.json', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'trainspec-bench-'))
const { signal } = new AbortController()

const { spec, warnings, start } = await requireSpec(path, [parseSetting(`fit.epochs=${epochs}`)], process.stdin)
const { engine } = await openEngine('onnx', { device: 'cpu', precision: 'float32', logs: false })
const data = await loadData(spec)

/** Milliseconds by side output. */
const spent = {}
const add = (name, from) => {
  spent[name] = (spent[name] ?? 0) + performance.now() - from
}

const FILES = ['h.csv', 'h.tidy.csv', 'h.jsonl', 'h.json', 'h.vl.json', 'h.prom', 'h.tfevents.1']
const timed = (name, writer) => {
  const around =
    (work) =>
    async (...args) => {
      const from = performance.now()
      await work(...args)
      add(name, from)
    }
  return { name, writer: { epoch: around(writer.epoch), end: around(writer.end) } }
}

const problem = (words) => {
  throw new Error(words)
}
const lines = openLines(join(folder, 'events.jsonl'), { signal, onProblem: problem })
let count = 0
const teller = tellEvents(
  (event) => {
    count++
    lines.write(eventLine(event), event.event === 'batch')
  },
  () => performance.now(),
)
const host = {
  signal,
  waiting: (_, work) => work(),
  saving: (work) => work(),
  unwritten: problem,
  histories: () => FILES.map((file) => timed(file, historyFile(join(folder, file)))),
}
const out = join(folder, 'run')
let began = 0
let total = 0
for await (const event of trainStages({ spec, warnings, start, data, engine, workers: 0, out, host })) {
  const from = performance.now()
  if (event.type === 'start') began = from
  teller.event(event, engine)
  add('events', from)
  if (event.type === 'stageEnd') total = performance.now() - began
}
await lines.close()
rmSync(folder, { recursive: true })

const all = Object.values(spent).reduce((sum, one) => sum + one, 0)
const share = (one) => `${((100 * one) / total).toFixed(3)} %`
console.log(`${epochs} epochs in ${(total / 1000).toFixed(2)} s, ${count} events\n`)
for (const [name, one] of Object.entries(spent))
  console.log(`${name.padEnd(14)}${one.toFixed(2).padStart(8)} ms  ${share(one)}`)
console.log(`${'together'.padEnd(14)}${all.toFixed(2).padStart(8)} ms  ${share(all)}`)
process.exit(0)
