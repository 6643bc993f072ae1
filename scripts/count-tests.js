// Sums a folder of Vitest's JSON reports and the list of failed steps. Last line: `N passed, N failed`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder] = process.argv.slice(2)
const list = join(folder, 'failed')
const failedSteps = new Set(existsSync(list) ? readFileSync(list, 'utf8').trim().split('\n') : [])

let passed = 0
let failed = 0
for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const step = file.replace(/\.json$/, '')
  const before = failed
  for (const { name, status: ofFile, assertionResults: tests } of testsIn(file)) {
    const failures = tests.filter(({ status }) => status === 'failed').length
    passed += tests.filter(({ status }) => status === 'passed').length
    failed += failures
    for (const { status, fullName } of tests) {
      if (status !== 'passed') console.log(`${step}: ${status}: ${fullName}`)
    }
    if (ofFile === 'failed' && failures === 0) {
      console.log(`${step}: failed: ${name}`)
      failed++
    }
  }
  if (failed > before) failedSteps.delete(step) // its failures are counted
}
for (const step of failedSteps) console.log(`${step}: failed`)
failed += failedSteps.size

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

/** Test files of a report. None if Vitest could not write it; the step has failed then. */
function testsIn(file) {
  try {
    return JSON.parse(readFileSync(join(folder, file), 'utf8')).testResults
  } catch {
    return []
  }
}
