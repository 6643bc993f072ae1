/** The field `sweep`: read beside the spec, checked by every command, and no part of what a run saves. */
import { expect, test } from 'vitest'
import { parseSpec } from '../../src/spec/parse.js'
import { rangeOf } from '../../src/spec/sweep-range.js'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'

const parsed = (sweep: unknown) =>
  parseSpec(JSON.stringify({ ...BARS_AND_STRIPES, sweep }), { source: 'own.json', overrides: [] })

const problems = (sweep: unknown) => parsed(sweep).issues.map(({ pointer, message }) => `${pointer}: ${message}`)

test('a sweep has defaults, and the spec of a run has no sweep', () => {
  const { spec, sweep } = parsed({ grid: { 'fit.batch_size': [4, 8] }, halving: {} })
  expect(spec).not.toHaveProperty('sweep')
  expect(sweep).toEqual({
    grid: { 'fit.batch_size': [4, 8] },
    random: {},
    runs: null,
    monitor: null,
    halving: { factor: 3, min_epochs: 1 },
    seed: 0,
    parallel: 1,
  })
  expect(parsed(undefined).sweep).toBeUndefined()
})

test.each([
  ['log:1e-4..1e-2', { draw: 'log', least: 1e-4, most: 1e-2 }],
  ['uniform:-.5..+0.5', { draw: 'uniform', least: -0.5, most: 0.5 }],
  ['int:1..16', { draw: 'int', least: 1, most: 16 }],
  ['int-log:8..1024', { draw: 'int-log', least: 8, most: 1024 }],
])('%s is a range', (text, range) => {
  expect(problems({ random: { 'fit.batch_size': text } })).toEqual([])
  expect(rangeOf(text)).toEqual(range)
})

test.each([
  ['nothing to try', {}, '/sweep: found nothing to try, must have "grid" or "random"'],
  ['an empty list', { grid: { seed: [] } }, '/sweep/grid/seed: found an empty array, must have at least 1'],
  ['no path', { grid: { 'fit..x': [1] } }, '/sweep/grid/fit..x: found "fit..x", must be the path of a field'],
  ['itself', { grid: { 'sweep.runs': [1] } }, '/sweep/grid/sweep.runs: "sweep.runs" has nothing to do with'],
  ['no range', { random: { seed: '1..2' } }, '/sweep/random/seed: found "1..2", must be uniform, log, int or int-log'],
  ['a range backwards', { random: { seed: 'int:2..1' } }, 'must begin with the smaller number'],
  ['powers of ten from 0', { random: { seed: 'log:0..1' } }, 'must be above 0'],
  ['fractions of whole numbers', { random: { seed: 'int:0.5..1' } }, 'must be of whole numbers'],
  ['a number beyond all', { random: { seed: 'uniform:0..1e999' } }, 'must be of numbers that 64 bits can hold'],
  [
    'a field twice',
    { grid: { seed: [1] }, random: { seed: 'int:0..9' } },
    '/sweep/random/seed: "seed" is in "grid" too, must be in one of them',
  ],
  [
    'a field within another',
    { grid: { optimizer: ['adam'], 'optimizer.learning_rate': [0.1] } },
    '"optimizer.learning_rate" and "optimizer" set the same place',
  ],
  ['more trials than points', { grid: { seed: [1, 2] }, runs: 3 }, '/sweep/runs: found 3, but the grid has 2 points'],
  [
    'too many points',
    { grid: Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, [1, 2, 3, 4, 5, 6]])) },
    '/sweep/grid: found 1296 points, must be at most 1000',
  ],
  [
    'epochs to halve and to try',
    { grid: { 'fit.epochs': [1, 2] }, halving: {} },
    '/sweep/grid/fit.epochs: "fit.epochs" is the same for all trials with "halving"',
  ],
])('%s is refused', (_, sweep, message) => {
  const found = problems(sweep)
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(message)
})
