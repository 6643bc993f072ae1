// Kills runs of many kinds at random moments, resumes them, and compares each with a run without a break. Prints a table
// in Markdown for docs/resume.md. `node scripts/prove-resume.js [KILLS [WORD]]`: the number of kills (300), and a word in
// the names of the specs to run. The exit code is 1 if a run differs.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RESUME_SPECS, table } from './resume-specs.js'

const COMMAND = join(import.meta.dirname, '../bin/train.js')

/** Kills of one run. */
const ROUND = 13

const [kills = '300', word = ''] = process.argv.slice(2)
const names = Object.keys(RESUME_SPECS).filter((name) => name.includes(word))
const each = Math.ceil(Number(kills) / names.length)
const folder = mkdtempSync(join(tmpdir(), 'prove-resume-'))

let isEqual = true
const rows = []
try {
  for (const [index, name] of names.entries()) {
    const row = prove(name, index)
    isEqual &&= row.different === 0
    rows.push(row)
    console.error(cells(row).join(' | '))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const total = { ...sum(rows), name: 'all' }
for (const line of [
  head(),
  ['---', '---:', '---:', '---:', '---:', '---:', '---:', '---:'],
  ...[...rows, total].map(cells),
]) {
  console.log(`| ${line.join(' | ')} |`)
}
process.exitCode = isEqual ? 0 : 1

/** Kills runs of a spec until there are enough kills. */
function prove(name, index) {
  const { spec, options = [], isStreamed = false } = RESUME_SPECS[name]
  const file = join(folder, `${index}.json`)
  writeFileSync(file, JSON.stringify({ name: `proof-${index}`, engine: 'onnx', ...spec }))
  if (isStreamed) writeFileSync(join(folder, 'table.csv'), table())
  const env = isStreamed ? { XDG_CACHE_HOME: join(folder, 'cache') } : {}
  const rounds = []
  while (sum(rounds).kills < each) {
    const most = Math.min(ROUND, each - sum(rounds).kills)
    rounds.push(
      round([file, '--seed', String(100 * index + rounds.length + 1), '--kills', String(most), ...options], env),
    )
  }
  return { name, ...sum(rounds) }
}

function round(args, env) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, 'verify-resume', ...args, '--json'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 1e8,
  })
  process.stderr.write(stderr)
  if (status !== 0 && status !== 1) throw new Error(`verify-resume ended with exit code ${status}: ${args.join(' ')}`)
  const report = JSON.parse(stdout)
  const different = report.compared.filter(({ equal }) => !equal)
  for (const { file, difference } of different) console.error(`DIFFERS: ${file}: ${difference}`)
  if (report.failure !== null) console.error(`FAILED: ${report.failure}`)
  return {
    runs: 1,
    kills: report.kills.length,
    starting: report.kills.filter(({ after }) => after === null).length,
    writing: report.kills.filter(({ unfinished }) => unfinished.length > 0).length,
    after: report.kills.filter(({ after }) => after !== null && after.epoch === null).length,
    files: report.compared.length,
    different: different.length + (report.failure === null ? 0 : 1),
  }
}

function sum(list) {
  const zero = { runs: 0, kills: 0, starting: 0, writing: 0, after: 0, files: 0, different: 0 }
  return list.reduce((all, one) => Object.fromEntries(Object.keys(zero).map((key) => [key, all[key] + one[key]])), zero)
}

function head() {
  return ['run', 'runs', 'kills', 'in a start', 'after training', 'in a write', 'files compared', 'different']
}

function cells({ name, runs, kills: killed, starting, after, writing, files, different }) {
  return [name, runs, killed, starting, after, writing, files, different]
}
