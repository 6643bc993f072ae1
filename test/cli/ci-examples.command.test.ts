/** The workflows of examples/ci: each is well-formed, and its commands pass and fail as they should. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { COMMAND, runShell, temporaryFolder } from '../support/command.js'

const workflow = (name: string) => parse(readFileSync(join(import.meta.dirname, '../../examples/ci', name), 'utf8'))

const github = workflow('github.yml')
const gitlab = workflow('gitlab-ci.yml')
const steps: readonly {
  readonly name?: string
  readonly run?: string
  readonly uses?: string
  readonly if?: string
}[] = github.jobs.train.steps

/** The commands of each workflow, but for the installation. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'github.yml': steps.flatMap(({ run }) => run ?? []).slice(1),
  'gitlab-ci.yml': gitlab.train.script,
}

const rows = Array.from({ length: 60 }, (_, row) => `${(row % 2) * 4 + ((row * 7) % 10) / 10},${row % 2 ? 'b' : 'a'}`)
const specWith = (learningRate: number) =>
  JSON.stringify({
    name: 'model',
    engine: 'onnx',
    data: { source: '../a.csv', target: 'y', test: 0.3 },
    model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
    loss: 'sparse_categorical_crossentropy',
    metrics: ['acc'],
    optimizer: { type: 'adam', learning_rate: learningRate },
    fit: { epochs: 15 },
    expect: { test_acc: { min: 0.9 } },
  })

let baseline = ''
const project = (learningRate: number): { readonly cwd: string; readonly env: Readonly<Record<string, string>> } => {
  const cwd = temporaryFolder({ 'a.csv': ['x,y', ...rows].join('\n'), ...(baseline && { 'baseline.json': baseline }) })
  mkdirSync(join(cwd, 'specs'))
  mkdirSync(join(cwd, 'bin'))
  writeFileSync(join(cwd, 'specs/model.json'), specWith(learningRate))
  writeFileSync(join(cwd, 'bin/npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${COMMAND}' "$@"\n`)
  chmodSync(join(cwd, 'bin/npx'), 0o755)
  const PATH = `${join(cwd, 'bin')}${delimiter}${process.env.PATH}`
  return { cwd, env: { PATH, GITHUB_STEP_SUMMARY: join(cwd, 'summary.md') } }
}

/** Trains with five seeds, once for all tests. */
async function makeBaseline(): Promise<void> {
  if (baseline) return
  const place = project(0.1)
  const made = await runShell('npx train baseline specs/model.json --seeds 5 -o baseline.json', place)
  expect(made.code).toBe(0)
  baseline = readFileSync(join(place.cwd, 'baseline.json'), 'utf8')
}

describe.each(Object.keys(COMMANDS))('%s', (name) => {
  test('passes for the same model', async () => {
    await makeBaseline()
    const { cwd, env } = project(0.1)
    const [training, check] = COMMANDS[name]!
    expect(await runShell(training!, { cwd, env })).toMatchObject({ code: 0 })
    const { code, stdout } = await runShell(check!, { cwd, env })
    expect(stdout).toContain('checks passed.')
    expect(code).toBe(0)
    expect(readFileSync(join(cwd, 'check.xml'), 'utf8')).toContain('failures="0"')
    const report = name === 'github.yml' ? 'summary.md' : 'metrics.txt'
    expect(readFileSync(join(cwd, report), 'utf8')).toContain('test_acc')
  })

  test('fails in the check, not in training, for a model that learns nothing', async () => {
    await makeBaseline()
    const { cwd, env } = project(1e-9)
    const [training, check] = COMMANDS[name]!
    expect(await runShell(training!, { cwd, env })).toMatchObject({ code: 0 })
    expect((await runShell(check!, { cwd, env })).code).toBe(1)
    expect(readFileSync(join(cwd, 'check.xml'), 'utf8')).toContain('test_loss against the baseline')
  })
})

test('what each workflow keeps is what its commands write', () => {
  const kept = steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'))
  expect(kept).toMatchObject({ if: 'always()', with: { path: 'run\ncheck.xml\n' } })
  expect(gitlab.train.artifacts).toEqual({
    when: 'always',
    paths: ['run'],
    reports: { junit: 'check.xml', metrics: 'metrics.txt' },
  })
  for (const [training, check] of Object.values(COMMANDS)) {
    expect(training).toContain('--out run ')
    expect(check).toContain('--junit check.xml')
  }
})
