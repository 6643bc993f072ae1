/** `train compare` on real runs, from its command line to text, JSON and Markdown. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'
import { documentOf } from '../support/schema.js'
import { SMALL_FILES } from '../support/small-table.js'

async function twoRuns(): Promise<string> {
  const cwd = temporaryFolder(SMALL_FILES)
  for (const set of [[], ['--set', 'fit.batch_size=16', '--set', 'seed=3', '--set', 'early_stopping=true']]) {
    const { code } = await runCommand(['own.json', '--engine', 'onnx', '-v', '0', ...set], { cwd })
    expect(code).toBe(0)
  }
  return cwd
}

test('two runs, in text, JSON and Markdown; a history alone; what is refused', async () => {
  const cwd = await twoRuns()
  const compare = (...args: string[]) => runCommand(['compare', ...args], { cwd })
  const text = await compare('runs/own/1', 'runs/own/2/')
  expect(text).toMatchObject({ code: 0, stderr: '' })
  expect(text.stdout).toMatch(
    /^ {3}run +epochs +best .*\nA {2}runs\/own\/1 +3 +- +completed .*\nB {2}runs\/own\/2 +3 +\d/,
  )
  expect(text.stdout).toMatch(/\nSpec +A +B\n/)
  expect(text.stdout).toMatch(/\n {2}seed +0 +3\n/)
  expect(text.stdout).toMatch(/\n {2}fit\.batch_size +32 +16\n/)
  expect(text.stdout).not.toMatch(/rows\.csv/)
  expect(text.stdout).toMatch(/\n {2}val_acc +\d.* +B - A|\n {2}val_acc /)
  expect(text.stdout.split('\n').length).toBeLessThan(40)

  const report = documentOf((await compare('runs/own/1', 'runs/own/2', '--json')).stdout, 'compare.schema.json')
  const history = JSON.parse(readFileSync(join(cwd, 'runs/own/1/history.json'), 'utf8'))
  expect(report.runs[0]).toMatchObject({ run: 'runs/own/1', epochs: 3, best: null, stop: 'completed' })
  expect(report.spec).toContainEqual({ path: 'fit.batch_size', values: [{ value: 32 }, { value: 16 }] })
  expect(report.measures).toContainEqual(
    expect.objectContaining({
      key: 'val_loss',
      better: 'min',
      values: [history.metrics.val_loss[2], expect.any(Number)],
    }),
  )
  expect((await compare('runs/own/1', 'runs/own/2', '--markdown')).stdout).toMatch(
    /^\| {2}\| run \| epochs .*\n\| --- \|.*\n\| A \| runs\/own\/1 \| 3 \|/,
  )

  cpSync(join(cwd, 'runs/own/1/history.json'), join(cwd, 'alone.json'))
  expect((await compare('runs/own/1', 'alone.json')).stdout).toContain('without its spec')

  expect(await compare('runs/own/1')).toMatchObject({ code: 2, stderr: expect.stringContaining('Fewer than two') })
  expect(await compare('runs/own/1', 'runs/own/9')).toMatchObject({
    code: 2,
    stderr: 'runs/own/9: no such folder or file\n',
  })
  expect(await compare('runs/own/1', 'runs/own/2', '--json', '--markdown')).toMatchObject({ code: 2 })
  writeFileSync(join(cwd, 'runs/own/2/spec.json'), '{ "data": 1 }')
  expect(await compare('runs/own/1', 'runs/own/2')).toMatchObject({ code: 2, stderr: expect.stringContaining('/data') })
})
