/** The examples of pipes do what they say. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { temporaryFolder } from '../support/command.js'
import { readers, readersPython, withTrain } from '../support/results-readers.js'

const PIPES = join(import.meta.dirname, '../../examples/pipes')
const SPEC = {
  ...BARS_AND_STRIPES,
  optimizer: { type: 'Adam', learning_rate: 0.05 },
  metrics: ['acc'],
  fit: { epochs: 4, batch_size: 4, validation_split: 0.3 },
}

const example = (name: string) => join(PIPES, name)
const folder = (fit: object = {}) =>
  temporaryFolder({ 'spec.json': JSON.stringify({ ...SPEC, fit: { ...SPEC.fit, ...fit } }) })

test.skipIf(readers === undefined)('gnuplot, pandas and vega draw the curves of a run', async () => {
  const cwd = folder()
  await withTrain(example('curves-gnuplot.sh'), ['spec.json', 'gnuplot.svg'], cwd)
  expect(readFileSync(join(cwd, 'gnuplot.svg'), 'utf8')).toMatch(/<svg[\s\S]*gnuplot_plot_1[\s\S]*<path/)
  await withTrain(example('curves-vega.sh'), ['runs/spec/1', 'vega.svg'], cwd)
  expect(readFileSync(join(cwd, 'vega.svg'), 'utf8').match(/"line mark"/g)).toHaveLength(5)
  const line = `train spec.json --history - --history-format tidy | '${readersPython()}' '${example('curves-pandas.py')}' p.png`
  await withTrain('sh', ['-c', line], cwd)
  expect(readFileSync(join(cwd, 'p.png')).subarray(1, 4).toString()).toBe('PNG')
})

test.skipIf(readers === undefined)('jq follows a run, and a program stops one', async () => {
  const cwd = folder()
  const { stdout } = await withTrain(example('follow-jq.sh'), ['spec.json'], cwd)
  expect(stdout).toMatch(/^warning: .*\nepoch 1: loss [\d.]+\n(epoch .*\n){3}done: runs\/spec\/1\n$/)
  const long = folder({ epochs: 100_000 })
  const stopped = await withTrain(readersPython(), [example('stop-when-good.py'), 'spec.json', '0.3'], long)
  expect(stopped.stdout).toBe('interrupted runs/spec/1\n')
  const { stop } = JSON.parse(readFileSync(join(long, 'runs/spec/1/history.json'), 'utf8'))
  expect(stop.reason).toBe('interrupted')
})
