/** `train check`: exit codes and words, case by case. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { historyText } from '../../src/export/history.js'
import type { Expectation } from '../../src/training/gate.js'
import { endEvent, epochsOf, historyOf } from '../export/sample-run.js'
import { runMain } from '../support/main.js'
import { documentOf } from '../support/schema.js'

/** A run of one epoch, in whose history `loss` and `acc` are those of training, validation and test. */
const runWith = (acc: number, loss: number, more: Parameters<typeof historyOf>[0] = {}): string =>
  historyText(
    historyOf({
      epochs: epochsOf({ loss, acc, val_loss: loss, val_acc: acc }),
      end: { ...endEvent, epochs: 1 },
      test: { loss, acc },
      ...more,
    }),
  )

const expectation = (found: number | null, passed: boolean): Expectation => ({
  ...{ key: 'val_acc', bound: 'min', value: 0.9, at: 'restored', found, passed },
})
const VERSIONS = { trainspec: '0.1.0', node: '20.19.0' }
const baselineWith = (measures: object, more: object = {}) =>
  JSON.stringify({
    ...{ version: 1, name: 'mlp', trainspec: '0.1.0', made: '2026-01-02T03:04:05Z', samples: 54000 },
    environment: { engine: 'onnx', device: 'cpu', precision: 'float32', processors: 2, versions: VERSIONS },
    ...{ validation_samples: 6000, seeds: [1, 2, 3, 4, 5], measures },
    ...more,
  })
const measure = (mode: 'min' | 'max' | null, mean: number | null, deviation: number | null = 0.001) => ({
  ...{ mode, mean, deviation, values: [mean, mean, mean, mean, mean] },
})

const FILES: Readonly<Record<string, string>> = {
  'good.json': runWith(0.95, 0.12),
  'worse.json': runWith(0.94, 0.13),
  'edge.json': runWith(0.947, 0.12),
  'nan.json': runWith(Number.NaN, Number.NaN),
  'untested.json': runWith(0.95, 0.12, { test: null }),
  'other.json': runWith(0.95, 0.12, { name: 'other' }),
  'met.json': runWith(0.95, 0.12, { expectations: [expectation(0.95, true)] }),
  'missed.json': runWith(0.85, 0.12, { expectations: [expectation(0.85, false)] }),
  'lost.json': runWith(0.95, 0.12, { expectations: [expectation(null, false)] }),
  'diverged.json': runWith(0.95, 0.12, {
    end: {
      ...{ ...endEvent, epochs: 1, reason: 'diverged' },
      divergence: { epoch: 2, step: 3, during: 'step', updates: 9, tensor: 'loss', kind: 'measure', value: Number.NaN },
    },
  }),
  'baseline.json': baselineWith({
    loss: measure('min', 0.12),
    test_acc: measure('max', 0.95),
    test_loss: measure('min', 0.12),
    val_score: measure(null, 3),
    test_auc: measure('max', 0.9),
  }),
  'plain.json': baselineWith({ test_acc: measure('max', 0.95), test_loss: measure('min', 0.12) }),
  'constant.json': baselineWith({ test_acc: measure('max', 0.95, 0) }),
  'none.json': baselineWith({ test_acc: measure('max', null, null) }),
  'short.json': baselineWith({ test_acc: { ...measure('max', 0.95), values: [0.95] } }),
  'unknown.json': baselineWith({ test_score: measure(null, 3) }),
  'list.json': '[]',
  'text.json': 'val_acc 0.95',
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainspec-'))
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
  mkdirSync(join(folder, 'run'))
  writeFileSync(join(folder, 'run/history.json'), FILES['good.json']!)
  return () => rmSync(folder, { recursive: true })
})

const checked = (line: string) => runMain(['check', ...line.split(' ')], { cwd: folder })

describe('the exit code', () => {
  test.each<[what: string, line: string, code: number, words: string]>([
    ['an expectation that is met', 'met.json', 0, 'passed: val_acc 0.95, expected at least 0.9'],
    ['one that is not', 'missed.json', 1, 'FAILED: val_acc 0.85, expected at least 0.9'],
    ['one without a number', 'lost.json', 1, 'FAILED: val_acc is missing, expected at least 0.9'],
    ['nothing to check', 'good.json', 2, 'good.json has no expectations, and no --baseline is given'],
    ['a run that diverged', 'diverged.json --baseline good.json --tolerance val_acc=1', 1, 'training ended: diverged'],
    ['the folder of a run, equal to the baseline', 'run --baseline good.json', 0, 'All 3 checks passed.'],
    ['a run that is worse', 'worse.json --baseline good.json', 1, '2 of 3 checks FAILED.'],
    ['a run that is better', 'good.json --baseline worse.json', 0, 'All 3 checks passed.'],
    ['less accurate within the tolerance', 'worse.json --baseline good.json --tolerance val_acc=0.02', 0, '≥ 0.93'],
    ['at the edge of the tolerance', 'edge.json --baseline good.json --tolerance val_acc=0.003', 0, '≥ 0.947'],
    ['beyond the tolerance', 'edge.json --baseline good.json --tolerance val_acc=0.0029', 1, '≥ 0.9471'],
    [
      'a larger loss within a relative tolerance',
      'worse.json --baseline good.json --tolerance val_loss=10%',
      0,
      '≤ 0.132',
    ],
    ['beyond it', 'worse.json --baseline good.json --tolerance val_loss=5%', 1, '≤ 0.126'],
    ['larger is worse by declaration', 'worse.json --baseline good.json --tolerance acc=0 --mode acc=min', 0, '≤ 0.95'],
    ['seconds', 'worse.json --baseline good.json --tolerance seconds=10%', 0, '≤ 8.25'],
    ['within the noise', 'good.json --baseline plain.json', 0, '5 runs, confidence 0.995'],
    ['beyond the noise', 'worse.json --baseline plain.json', 1, 'FAILED  test_acc'],
    [
      'a confidence that nothing breaks',
      'worse.json --baseline plain.json --confidence 0.99999',
      0,
      'confidence 0.99999',
    ],
    ['NaN', 'nan.json --baseline plain.json', 1, 'missing'],
    ['a run without a test', 'untested.json --baseline plain.json', 1, 'missing'],
    ['a measure that the run lacks', 'good.json --baseline baseline.json', 1, 'FAILED  test_auc'],
    [
      'a measure that the baseline lacks',
      'good.json --baseline plain.json --tolerance val_acc=0',
      1,
      'FAILED  val_acc',
    ],
    ['a baseline with NaN', 'good.json --baseline none.json', 1, 'FAILED  test_acc'],
    ['no noise at all', 'good.json --baseline constant.json', 0, 'so it shows no noise: give it a tolerance'],
    ['several runs', 'good.json edge.json --baseline good.json --tolerance test_acc=0.002', 0, 'Mean of 2 runs'],
    ['an unknown name', 'good.json --baseline plain.json --tolerance test_ac=0', 2, 'did you mean "test_acc"?'],
    [
      'an inherited name',
      'good.json --baseline plain.json --tolerance toString=0',
      2,
      'which neither the baseline nor a',
    ],
    ['an unknown mode', 'good.json --baseline baseline.json --tolerance val_score=0', 2, 'give --mode val_score=min'],
    ['unknown modes only', 'good.json --baseline unknown.json', 2, 'no measure of which the better direction is known'],
    ['a baseline of another spec', 'good.json --baseline other.json', 2, 'other.json is the baseline of "other"'],
    ['the same on purpose', 'good.json --baseline other.json --other-spec', 0, 'All 3 checks passed.'],
    [
      'runs of two specs',
      'good.json other.json --baseline good.json',
      2,
      'other.json is a run of "other", but good.json',
    ],
    ['a run given twice', 'good.json good.json --baseline good.json', 2, 'good.json is given twice'],
    ['no such run', 'no.json', 2, 'no.json: no such folder or file'],
    ['no such baseline', 'good.json --baseline no.json', 2, 'no.json: no such folder or file'],
    ['a baseline that is not JSON', 'good.json --baseline text.json', 2, 'text.json: is not JSON'],
    ['a baseline of another format', 'good.json --baseline list.json', 2, 'list.json: is not a history'],
    ['a baseline with too few values', 'good.json --baseline short.json', 2, 'has 5 seeds, but test_acc has 1 values'],
    ['a baseline in place of a run', 'plain.json', 2, 'plain.json: is not a history that this version of trainspec'],
    [
      'a tolerance below 0',
      'good.json --baseline good.json --tolerance acc=-1',
      2,
      '--tolerance acc=-1: found "acc=-1"',
    ],
    ['a tolerance twice', 'good.json --baseline good.json --tolerance acc=1 --tolerance acc=2', 2, 'found "acc" again'],
    ['another mode', 'good.json --baseline good.json --mode acc=up', 2, 'must be KEY=min or KEY=max'],
    ['a confidence that is none', 'good.json --baseline good.json --confidence 1', 2, 'must be a number from 0.5'],
  ])('of %s', async (_, line, code, words) => {
    const found = await checked(line)
    const text = code === 2 ? found.stderr : found.stdout
    expect({ code: found.code, text }).toEqual({ code, text: expect.stringContaining(words) })
    expect(code === 2 ? found.stdout : found.stderr).toBe('')
  })
})

test('the text for people', async () => {
  const { stdout } = await checked('worse.json --baseline plain.json')
  expect(stdout).toBe(`Run worse.json of mlp, seed 42, 7.5 s:

Against plain.json, 5 runs, confidence 0.995:
          measure    baseline  deviation  found  change        limit
  FAILED  test_acc       0.95      0.001   0.94   -0.01  ≥ 0.9438682
  FAILED  test_loss      0.12      0.001   0.13   +0.01  ≤ 0.1261318

2 of 3 checks FAILED.
`)
})

test('a document for programs', async () => {
  const { code, stdout } = await checked('worse.json --baseline plain.json --tolerance test_acc=0.02 --json')
  expect(code).toBe(0)
  expect(documentOf(stdout, 'check.schema.json')).toMatchObject({
    name: 'mlp',
    passed: true,
    runs: [{ run: 'worse.json', seed: 42, stop: 'completed', passed: true, expectations: [] }],
    baseline: { path: 'plain.json', seeds: [1, 2, 3, 4, 5], confidence: 0.995 },
    comparisons: [{ key: 'test_acc', mode: 'max', baseline: 0.95, found: 0.94, tolerance: 0.02, passed: true }],
  })
})

test('another environment is noted', async () => {
  const folderOf = (more: Parameters<typeof runWith>[2]) => runWith(0.95, 0.12, more)
  writeFileSync(
    join(folder, 'gpu.json'),
    folderOf({ device: 'gpu:0', hosts: 2, versions: { trainspec: '0.1.0', node: '22.1.0' } }),
  )
  const { stdout } = await checked('gpu.json --baseline good.json')
  expect(stdout).toContain('Note: The baseline was made with device cpu, the run with gpu:0.')
  expect(stdout).toContain('Note: The baseline was made with 1 host, the run with 2.')
  expect(stdout).toContain('Note: The baseline was made with node 20.19.0, the run with 22.1.0.')
})

describe('other formats', () => {
  const written = async (line: string, env: Readonly<Record<string, string>> = {}) => {
    const result = await runMain(['check', ...line.split(' ')], { cwd: folder, env })
    return { ...result, file: (name: string) => readFileSync(join(folder, name), 'utf8') }
  }

  test('JUnit XML', async () => {
    const { code, stdout, file } = await written('missed.json --baseline good.json --tolerance acc=0.2 --junit a.xml')
    expect(code).toBe(1)
    expect(stdout).toContain('1 of 3 checks FAILED.')
    expect(file('a.xml')).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="trainspec mlp" tests="3" failures="1" errors="0" time="7.500">
  <testsuite name="trainspec mlp" tests="3" failures="1" errors="0" time="7.500" skipped="0">
    <testcase name="training ended well" classname="mlp.missed.json" time="0"/>
    <testcase name="val_acc at least 0.9" classname="mlp.missed.json" time="0">
      <failure type="check" message="val_acc 0.85, expected at least 0.9">val_acc 0.85, expected at least 0.9</failure>
    </testcase>
    <testcase name="acc against the baseline" classname="mlp.good.json" time="0"/>
  </testsuite>
</testsuites>
`)
  })

  test('a Markdown table', async () => {
    const { code, stdout } = await written('worse.json --baseline plain.json --tolerance test_acc=0.02 --markdown -')
    expect(code).toBe(0)
    expect(stdout).toBe(`### ✅ \`mlp\`: all 2 checks passed

|  | run | check |  |
| :-- | :-- | :-- | :-- |
| ✅ | \`worse.json\` | \`training ended well\` | \`training ended: completed\` |

\`Against plain.json, 5 runs, confidence 0.995\`

|  | measure | baseline | deviation | found | change | limit |
| :-- | :-- | --: | --: | --: | --: | --: |
| ✅ | \`test_acc\` | 0.95 | 0.001 | 0.94 | -0.01 | ≥ 0.93 |
`)
  })

  test('annotations and the summary of a step, in GitHub Actions', async () => {
    const summary = join(folder, 'summary.md')
    writeFileSync(summary, 'before\n')
    const { code, stdout } = await written('worse.json --baseline good.json --github', { GITHUB_STEP_SUMMARY: summary })
    expect(code).toBe(1)
    expect(stdout.split('\n').filter((line) => line.startsWith('::'))).toEqual([
      '::error title=mlp%3A test_loss against the baseline::test_loss 0.13, must be at most 0.12; the baseline is 0.12',
      '::error title=mlp%3A test_acc against the baseline::test_acc 0.94, must be at least 0.95; the baseline is 0.95',
    ])
    expect(readFileSync(summary, 'utf8')).toMatch(/^before\n### ❌ `mlp`: 2 of 3 checks failed\n/)
  })

  test('without a file for the summary, annotations are all', async () => {
    const { stdout } = await written('worse.json --baseline good.json --github', { GITHUB_STEP_SUMMARY: '' })
    expect(stdout).toContain('::error')
  })

  test('a metrics report of GitLab', async () => {
    const { file } = await written('missed.json --baseline good.json --gitlab metrics.txt')
    expect(file('metrics.txt')).toBe(`# TYPE trainspec_passed gauge
trainspec_passed{spec="mlp"} 0
# TYPE trainspec_measure gauge
trainspec_measure{spec="mlp",key="val_acc"} 0.85
trainspec_measure{spec="mlp",key="test_loss"} 0.12
trainspec_measure{spec="mlp",key="test_acc"} 0.85
# EOF
`)
  })

  test.each([
    ['two formats on standard output', '--junit - --json', 'Only one of --json, --junit - can be given'],
    ['a file that cannot be written', '--junit no/a.xml', 'Cannot write the --junit file: no/a.xml: no such file'],
  ])('%s', async (_, line, words) => {
    const { code, stderr } = await written(`met.json ${line}`)
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(words) })
  })
})
