/** `train report RUN` from its command line to its page. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'

async function trained(spec: string, ...more: string[]): Promise<string> {
  const cwd = temporaryFolder({})
  const { code } = await runCommand([spec, '--out', join(cwd, 'run'), '-v', '0', '--engine', 'onnx', ...more])
  expect(code).toBe(0)
  return cwd
}

test('writes a page about a network, its test rows and its worst mistakes', async () => {
  const cwd = await trained('specs/auto-mpg.json', '--set', 'fit.epochs=2')
  const { code, stdout, stderr } = await runCommand(['report', 'run'], { cwd })
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/Wrote run\/report\.html\n$/),
  })
  const page = readFileSync(join(cwd, 'run/report.html'), 'utf8')
  for (const words of ['Predicted and true numbers', 'Worst mistakes', 'test rows</th><td>', '>auto-mpg<', 'dense_2']) {
    expect(page).toContain(words)
  }
  // the worst mistakes are rows of the table, with the number that was right
  const [, mpg, cyl, displ] =
    /<tr><th scope="row">\d+<\/th><td>([\d.]+)<\/td><td>[\d.]+<\/td><td>-?[\d.]+<\/td><td>(\d+)<\/td><td>([\d.]+)</.exec(
      page,
    )!
  const table = readFileSync(join(import.meta.dirname, '../../specs/data/auto-mpg.csv'), 'utf8').split('\n')
  const [header, ...rows] = table.map((line) => line.split(','))
  const at = (name: string) => header!.indexOf(name)
  const isIt = (row: readonly string[]) =>
    Number(row[at('mpg')]) === Number(mpg) &&
    Number(row[at('cyl')]) === Number(cyl) &&
    Number(row[at('displ')]) === Number(displ)
  expect(rows.some(isIt)).toBe(true)
})

test('a run of an RBM has its pictures; without a network its test rows have no plots', async () => {
  const cwd = await trained('specs/rbm-bars-and-stripes.json', '--set', 'fit.epochs=1')
  expect(await runCommand(['report', 'run', '-o', 'page.html'], { cwd })).toMatchObject({ code: 0 })
  const page = readFileSync(join(cwd, 'page.html'), 'utf8')
  expect(page).toContain('<h2 id="pictures-title">Pictures</h2>')
  expect(page).not.toContain('id="test"')
})

test('--without-test needs no data; a run without its history is refused', async () => {
  const cwd = await trained('specs/iris.json', '--set', 'fit.epochs=1')
  expect(await runCommand(['report', 'run', '--without-test'], { cwd })).toMatchObject({ code: 0 })
  expect(readFileSync(join(cwd, 'run/report.html'), 'utf8')).not.toContain('id="test"')
  expect(await runCommand(['report', 'run', '-o', 'run/history.json'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('would overwrite'),
  })
  rmSync(join(cwd, 'run/history.json'))
  expect(await runCommand(['report', 'run'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('run: has no history.json'),
  })
})
