/** Successive halving: how many trials train for how many epochs, and which. */
import { describe, expect, test } from 'vitest'
import { goalsOf, rungsOf, type Standing } from '../../../src/run/sweep/rungs.js'

const halving = (factor: number, min_epochs = 1) => ({ factor, min_epochs })

describe('rungs', () => {
  test('are as many as trials and epochs allow', () => {
    expect(rungsOf(halving(3), 20, 10)).toEqual([
      { epochs: 1, trials: 20 },
      { epochs: 3, trials: 6 },
      { epochs: 10, trials: 2 },
    ])
    expect(rungsOf(halving(3), 4, 100)).toEqual([
      { epochs: 33, trials: 4 },
      { epochs: 100, trials: 1 },
    ])
    expect(rungsOf(halving(2), 16, 5)).toEqual([
      { epochs: 1, trials: 16 },
      { epochs: 2, trials: 8 },
      { epochs: 5, trials: 4 },
    ])
  })

  test('have the least number of epochs that is asked for', () => {
    expect(rungsOf(halving(3, 2), 20, 10).map(({ epochs }) => epochs)).toEqual([3, 10])
  })

  test('are one if there is nothing to halve', () => {
    expect(rungsOf(halving(3), 20, 2)).toEqual([{ epochs: 2, trials: 20 }])
    expect(rungsOf(halving(3), 2, 20)).toEqual([{ epochs: 20, trials: 2 }])
  })
})

/** A trial with these values after each epoch; null from where it diverged. */
const standing = (number: number, values: readonly (number | null)[], hasEnded = false): Standing => ({
  number,
  valueAt: (epochs) => (hasEnded && epochs > values.length ? values.at(-1) : values[epochs - 1]),
})

const RUNGS = rungsOf(halving(2), 4, 4)

describe('the rung that a trial goes for', () => {
  const goals = (trials: readonly Standing[], better: 'min' | 'max' = 'max') =>
    trials.map(({ number }) => goalsOf(RUNGS, trials, better).get(number))

  test('is the first until all have reached it', () => {
    expect(goals([standing(1, [0.5]), standing(2, []), standing(3, [0.7]), standing(4, [0.1])])).toEqual([0, 0, 0, 0])
  })

  test('is the next for the best, in either direction', () => {
    const trials = [standing(1, [0.5]), standing(2, [0.6]), standing(3, [0.7]), standing(4, [0.1])]
    expect(goals(trials)).toEqual([0, 1, 1, 0])
    expect(goals(trials, 'min')).toEqual([1, 0, 0, 1])
  })

  test('does not depend on how far a trial has come already', () => {
    const trials = [standing(1, [0.5, 0.9, 0.9, 0.9]), standing(2, [0.6]), standing(3, [0.7]), standing(4, [0.1])]
    expect(goals(trials)).toEqual([0, 1, 1, 0])
  })

  test('of equal trials is higher for the first', () => {
    expect(goals([standing(1, [0.5]), standing(2, [0.5]), standing(3, [0.5]), standing(4, [0.5])])).toEqual([
      1, 1, 0, 0,
    ])
  })

  test('is never higher for one that diverged, even if there is room', () => {
    expect(
      goals([standing(1, [null], true), standing(2, [0.1]), standing(3, [null], true), standing(4, [null], true)]),
    ).toEqual([0, 1, 0, 0])
  })

  test('counts one that ended early with the value of its end', () => {
    const trials = [standing(1, [0.9], true), standing(2, [0.6, 0.8]), standing(3, [0.7, 0.8]), standing(4, [0.1])]
    expect(goals(trials)).toEqual([2, 0, 1, 0])
  })
})
