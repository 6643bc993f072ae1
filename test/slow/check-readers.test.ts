/** Programs that CHECK_PYTHON has read the files of `train check`: `scripts/check-readers.sh` installs them. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { historyText } from '../../src/export/history.js'
import { epochsOf, historyOf } from '../export/sample-run.js'
import { temporaryFolder } from '../support/command.js'
import { runMain } from '../support/main.js'

const { CHECK_PYTHON, JUNIT_XSD } = process.env

/** Names that no spec can have, but a file of somebody else's. */
const HOSTILE = ['<b>&"\'|`#', '\u0000\u001b[31m\ud800\uffff', '::error::%0A', 'x'.repeat(80), 'a\nb,c:d']

test.skipIf(CHECK_PYTHON === undefined)('JUnit XML and the metrics report, of plain and of hostile names', async () => {
  const measures = (value: number) => Object.fromEntries(['acc', ...HOSTILE].map((key) => [key, value]))
  const runOf = (value: number) =>
    historyText(historyOf({ name: HOSTILE.join(''), epochs: epochsOf(measures(1), measures(value)), test: null }))
  const cwd = temporaryFolder({ 'before.json': runOf(0.75), 'after.json': runOf(0.5) })
  const tolerances = ['acc', ...HOSTILE].flatMap((key, index) => ['--tolerance', `${key}=${index % 2}`])
  const modes = HOSTILE.flatMap((key) => ['--mode', `${key}=max`])
  const line = ['check', 'after.json', '--baseline', 'before.json', ...tolerances, ...modes]
  const { code, stderr } = await runMain([...line, '--junit', 'junit.xml', '--gitlab', 'metrics.txt'], { cwd })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  const script = join(import.meta.dirname, '../support/check_readers.py')
  const files = [join(cwd, 'junit.xml'), JUNIT_XSD!, join(cwd, 'metrics.txt')]
  const read = JSON.parse(execFileSync(CHECK_PYTHON!, [script, ...files], { encoding: 'utf8' }))
  expect(read).toMatchObject({ tests: 7, failures: 3 })
  expect(read.cases[1]).toEqual({
    name: 'acc against the baseline',
    group: expect.stringMatching(/before\.json$/),
    failures: ['acc 0.5, must be at least 0.75; the baseline is 0.75'],
  })
  expect(read.cases[2].name).toBe('<b>&"\'|`# against the baseline')
  expect(read.samples.map(({ value }: { value: number }) => value)).toEqual([0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
  expect(read.samples[1].labels.key).toBe('acc')
  expect(read.shown.map(([value]: string[]) => Number(value))).toEqual([0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
})
