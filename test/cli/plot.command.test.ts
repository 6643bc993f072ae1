/** `train plot RUN...` from its command line to its pictures. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decode } from 'fast-png'
import { expect, test } from 'vitest'
import type { History } from '../../src/export/history.js'
import { falling, historyOf } from '../report/plots/histories.js'
import { runCommand, temporaryFolder } from '../support/command.js'

/** Runs as folders with a spec and a history. */
function folderOf(runs: Readonly<Record<string, Partial<History>>>): string {
  const cwd = temporaryFolder({})
  for (const [name, changes] of Object.entries(runs)) {
    const history = historyOf(falling(4), changes)
    mkdirSync(join(cwd, name))
    writeFileSync(join(cwd, name, 'spec.json'), JSON.stringify({ name: history.name, seed: history.seed }))
    writeFileSync(join(cwd, name, 'history.json'), JSON.stringify(history))
  }
  return cwd
}

test('the picture of one run is in its folder', async () => {
  const cwd = folderOf({ a: { name: 'mlp' } })
  const { code, stdout, stderr } = await runCommand(['plot', 'a'], { cwd })
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: 'Wrote a/plots/curves.svg\n' })
  expect(readFileSync(join(cwd, 'a/plots/curves.svg'), 'utf8')).toContain('Learning curves of mlp')
  expect(readdirSync(join(cwd, 'a')).toSorted()).toEqual(['history.json', 'plots', 'spec.json'])
})

test('runs that differ by their seed alone are one curve, unless each is asked for', async () => {
  const cwd = folderOf({ a: { seed: 1 }, b: { seed: 2 }, c: { name: 'other' } })
  const drawn = async (...more: string[]) => {
    const { code } = await runCommand(['plot', 'a', 'b', 'c', '-o', 'all.svg', ...more], { cwd })
    expect(code).toBe(0)
    return readFileSync(join(cwd, 'all.svg'), 'utf8')
  }
  expect(await drawn()).toMatch(/>run, 2 seeds<.*>c</s)
  expect(await drawn('--each')).toMatch(/>a<.*>b<.*>c</s)
})

test('PNG by the name of the file, and text in the terminal', async () => {
  const cwd = folderOf({ a: {} })
  expect(await runCommand(['plot', 'a/history.json', '-o', 'A.PNG', '--theme', 'dark'], { cwd })).toMatchObject({
    code: 0,
  })
  const { data } = decode(readFileSync(join(cwd, 'A.PNG')))
  expect([...data.subarray(0, 3)]).toEqual([0x14, 0x17, 0x1c])
  const { code, stdout, stderr } = await runCommand(['plot', 'a', '--term'], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^Learning curves of run\n\nloss\n +[\d.]+ ┤b.*Lowest val_loss: epoch 4, \d\.\d{4}\n$/s)
})

test('draws what the model of a run answers for its test rows', async () => {
  const cwd = temporaryFolder({})
  const trained = await runCommand(['specs/iris.json', '--out', `${cwd}/run`, '-v', '0', '--engine', 'onnx'])
  expect(trained.code).toBe(0)
  const { code, stderr } = await runCommand(['plot', 'run', '--of', 'confusion'], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Wrote run/plots/confusion.svg\n') })
  const svg = readFileSync(join(cwd, 'run/plots/confusion.svg'), 'utf8')
  const [, right] = /(\d+) of 30 rows are right/.exec(svg)!
  const history = JSON.parse(readFileSync(join(cwd, 'run/history.json'), 'utf8'))
  expect(Number(right)).toBe(Math.round(history.test.acc * 30))
  expect(svg).toContain('>versicolor<')
  expect(await runCommand(['plot', 'run', '--of', 'predicted'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('the model of run has no output of numbers that this plot can show.'),
  })
})

test.each([
  [['a', '--of', 'roc', '--term'], '--term draws curves alone: give -o FILE for --of roc.'],
  [['a', 'b', '--of', 'roc'], '--of roc draws one run: give one.'],
  [['a', 'b'], 'Several runs have no place for a picture: give -o FILE, or --term.'],
  [['a', '-o', 'a.pdf'], '-o: found "a.pdf", must end in .svg or .png'],
  [['a', '-o', 'x.svg', '--term'], '--term draws in the terminal, and -o writes a file: give one of them.'],
  [['none'], 'none: no such folder or file'],
  [['a', '-o', 'none/x.svg'], 'none'],
])('%j is refused', async (args, words) => {
  const cwd = folderOf({ a: {}, b: {} })
  const { code, stderr } = await runCommand(['plot', ...args], { cwd })
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(words) })
})
