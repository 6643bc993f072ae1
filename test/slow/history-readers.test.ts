/** Every format of a history is read by the program that it is for. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { temporaryFolder } from '../support/command.js'
import { readers, readersPython, withTrain } from '../support/results-readers.js'

const NAME = `a "name" \\ ${'x'.repeat(70)}`
const SPEC = {
  name: 'run',
  ...BARS_AND_STRIPES,
  metrics: ['acc'],
  fit: { epochs: 3, batch_size: 4, validation_split: 0.3 },
}
const SCRIPT = join(import.meta.dirname, '../fixtures/results/read.py')

test.skipIf(readers === undefined)('pandas, TensorBoard and Prometheus read the numbers of history.json', async () => {
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify(SPEC) })
  await withTrain('train', ['spec.json', '--out', 'out', '--history', 'events.out.tfevents.1'], cwd)
  const path = join(cwd, 'out/history.json')
  const history = JSON.parse(readFileSync(path, 'utf8'))
  // with a name that must be escaped, and a number that is none
  const renamed = { ...history, name: NAME, metrics: { ...history.metrics, val_loss: [1, null, 2] } }
  const other = temporaryFolder({ 'history.json': JSON.stringify(renamed) })
  for (const file of ['h.csv', 'h.tidy.csv', 'h.jsonl', 'h.prom']) {
    await withTrain('train', ['history', other, '-o', join(cwd, file)], cwd)
  }
  const read = JSON.parse((await withTrain(readersPython(), [SCRIPT, cwd], cwd)).stdout.replaceAll('NaN', 'null'))
  const { metrics } = history
  const steps = (values: readonly number[]) => values.map((value, index) => [index + 1, Math.fround(value)])
  expect(read.scalars).toEqual({
    'loss/training': steps(metrics.loss),
    'acc/training': steps(metrics.acc),
    'loss/validation': steps(metrics.val_loss),
    'acc/validation': steps(metrics.val_acc),
    learning_rate: steps(history.learning_rate),
  })
  expect(read.tidy).toEqual({
    'training/loss': metrics.loss,
    'training/acc': metrics.acc,
    'validation/loss': [1, null, 2],
    'validation/acc': metrics.val_acc,
    'training/learning_rate': history.learning_rate,
    'training/seconds': history.seconds,
  })
  expect(read.rows.map(({ val_acc }: { val_acc: string }) => Number(val_acc))).toEqual(metrics.val_acc)
  expect(read.jsonl.val_loss).toEqual([1, null, 2])
  const gauge = (labels: object) => ['trainspec_metric', { run: NAME, ...labels }, expect.any(Number)]
  expect(read.gauges).toContainEqual(gauge({ metric: 'acc', split: 'validation' }))
  expect(read.gauges).toContainEqual(['trainspec_epochs', { run: NAME }, 3])
})
