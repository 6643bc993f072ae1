// Adds up a folder of Vitest's JSON reports and of steps that failed: what was skipped, and last `N passed, N failed`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder] = process.argv.slice(2)
const steps = join(folder, 'failed')
const failedSteps = existsSync(steps) ? readFileSync(steps, 'utf8').trim().split('\n') : []

let passed = 0
let failed = 0
for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  const name = file.replace(/\.json$/, '')
  passed += report.numPassedTests
  failed += report.numFailedTests
  for (const { assertionResults } of report.testResults) {
    for (const { status, fullName } of assertionResults) {
      if (status !== 'passed' && status !== 'failed') console.log(`${name}: ${status}: ${fullName}`)
    }
  }
  // a failure that no test stands for: a file that could not be read, an error outside a test
  const at = failedSteps.indexOf(name)
  if (at >= 0 && report.numFailedTests > 0) failedSteps.splice(at, 1)
}
for (const step of failedSteps) console.log(`failed: ${step}`)
failed += failedSteps.length

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
