/** The range test raises the rate and smooths the loss. It ends and suggests a rate as fastai's does. */

import { describe, expect, test } from 'vitest'
import { PURPOSE, RandomStream } from '../../src/base/philox.js'
import { stepPlan } from '../../src/program/descent.js'
import { suggest, type Trial, trials } from '../../src/training/find-lr.js'
import { emptyBatches, scriptedRunner } from '../support/loop.js'
import { resolveOptimizer } from '../support/spec.js'

/** Losses of batches of 4, by the step from 0. */
async function run(
  loss: (step: number) => number,
  steps = 100,
  { signal = new AbortController().signal, plan = stepPlan(resolveOptimizer('SGD')) } = {},
) {
  const runner = scriptedRunner(({ size }, index) => ({ loss: size * loss(index) }))
  const tests = trials({ runner, plan, batches: emptyBatches(4000, 4), steps, signal })
  const found: Trial[] = []
  for (;;) {
    const { done, value } = await tests.next()
    if (done) return { found, end: value, runner }
    found.push(value as Trial)
  }
}

describe('trials', () => {
  test('grow from 1e-7 to 10 by one factor, and take steps of training', async () => {
    const { found, end, runner } = await run(() => 1, 9)
    expect(end).toBe('largest_rate')
    expect(found.map(({ learningRate }) => Number(learningRate.toPrecision(6)))).toEqual([
      1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10,
    ])
    expect(runner.calls.map(({ program, scalars }) => [program, scalars.iterations, scalars.learning_rate])).toEqual(
      found.map(({ learningRate }, index) => ['train', index, learningRate]),
    )
  })

  test('keep a rate until there is an update, and use the mean loss of its batches', async () => {
    const optimizer = resolveOptimizer({ type: 'SGD', gradient_accumulation_steps: 3, use_ema: true })
    const { found, runner } = await run((step) => 60 - 3 * step, 5, { plan: stepPlan(optimizer) })
    expect(runner.calls.map(({ program }) => program).slice(0, 4)).toEqual([
      'accumulate',
      'accumulate',
      'train',
      'accumulate',
    ])
    expect(runner.calls.map(({ scalars }) => scalars.iterations)).toEqual(Array.from({ length: 15 }, (_, step) => step))
    expect(runner.calls.map(({ scalars }) => scalars.learning_rate)).toEqual(
      found.flatMap(({ learningRate }) => [learningRate, learningRate, learningRate]),
    )
    // the script counts the calls of each program
    expect(found.map(({ loss }) => loss)).toEqual([0, 1, 2, 3, 4].map((n) => 60 - (2 * n + (2 * n + 1) + n)))
  })

  test('smooth the loss without a bias to 0', async () => {
    const { found } = await run((step) => (step === 0 ? 1 : 2), 20)
    expect(found[0]!.smoothedLoss).toBeCloseTo(1, 12)
    // 0.98 * 0.02 * 1 + 0.02 * 2, over 1 - 0.98^2
    expect(found[1]!.smoothedLoss).toBeCloseTo(0.0596 / 0.0396, 12)
    expect(found[1]!.loss).toBe(2)
  })

  test('end when the smoothed loss is 4 times its lowest', async () => {
    const { found, end } = await run((step) => (step < 50 ? 1 : 1000))
    expect(end).toBe('loss_too_high')
    expect(found).toHaveLength(51)
  })

  test('end at NaN, which does not count as a trial', async () => {
    const { found, end } = await run((step) => (step < 30 ? 1 : Number.NaN))
    expect(end).toBe('diverged')
    expect(found).toHaveLength(30)
  })

  test('stop when asked to', async () => {
    const controller = new AbortController()
    controller.abort()
    await expect(run(() => 1, 100, controller)).rejects.toThrow('aborted')
  })
})

describe('suggestions', () => {
  const curve = (losses: readonly number[]): Trial[] =>
    losses.map((smoothedLoss, index) => ({ learningRate: 10 ** (index / 10), loss: smoothedLoss, smoothedLoss }))
  const indexOf = (rate: number | null) => (rate === null ? null : Math.round(10 * Math.log10(rate)))

  test('lie in the fall: the middle of the longest one, and where it is steepest', () => {
    // flat to 20, slowly down to 40, fast to 50, up again
    const losses = Array.from({ length: 80 }, (_, step) => {
      if (step < 20) return 10
      if (step < 40) return 10 - 0.1 * (step - 20)
      return step < 50 ? 8 - 0.5 * (step - 40) : 3 + (step - 50)
    })
    const { valley, steepest } = suggest(curve(losses), 100)
    // fastai, of trials 10 to 74: the fall has 31 losses and ends at 40, so it begins at 9; 9 + 10 + 5, and 10 left out
    expect(indexOf(valley)).toBe(34)
    expect(indexOf(steepest)).toBeGreaterThanOrEqual(40)
    expect(indexOf(steepest)).toBeLessThan(50)
  })

  test('the first tenth and the last five do not count', () => {
    const losses = [9, 8, 7, 6, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4, 3, 2, 1, 0]
    expect(suggest(curve(losses), 50)).toMatchObject({ valley: null, steepest: null })
  })

  test('a fall after the lowest loss does not count', () => {
    const losses = [...Array.from({ length: 30 }, (_, step) => 5 - 0.1 * step), 50, 10, 9, 8, 7, 7, 7, 7, 7]
    expect(indexOf(suggest(curve(losses), 40).steepest)).toBeLessThan(30)
  })

  test('there are none if the loss only grows, or if too few trials are left', () => {
    expect(suggest(curve(Array.from({ length: 40 }, (_, step) => step)), 40)).toMatchObject({
      valley: null,
      steepest: null,
    })
    expect(suggest(curve([1, 2]), 100)).toMatchObject({ valley: null, steepest: null })
  })
})

describe('no rate is suggested where the loss', () => {
  const STEPS = 100
  /** Trials of which only the losses matter. */
  const trialsOf = (losses: readonly number[]) =>
    losses.map((loss, step) => ({ learningRate: 10 ** (step / 12 - 7), loss, smoothedLoss: loss }))
  const drawn = (seed: number, loss: (step: number, normal: number) => number) => {
    const random = new RandomStream({ seed, purpose: PURPOSE.sample, stream: 0, step: 0 })
    return trialsOf(Array.from({ length: STEPS }, (_, step) => loss(step, random.normal())))
  }
  const none = (why: string) => ({ why, valley: null, steepest: null })

  test('differs by rounding', () => {
    expect(suggest(trialsOf(Array(STEPS).fill(2.3)), STEPS)).toEqual(none('flat'))
    expect(suggest(trialsOf(Array(STEPS).fill(0)), STEPS)).toEqual(none('flat'))
    const rounded = drawn(1, (_, normal) => Math.fround(2.3 + 2e-7 * normal))
    expect(suggest(rounded, STEPS)).toEqual(none('flat'))
  })

  test('falls by chance', () => {
    for (let seed = 0; seed < 200; seed++) {
      expect(
        suggest(
          drawn(seed, (_, normal) => 2.3 + 0.1 * normal),
          STEPS,
        ),
        `seed ${seed}`,
      ).toEqual(none('noise'))
    }
  })

  test('falls only at the last rates', () => {
    const late = drawn(2, (step, normal) => 2.3 - (step < 94 ? 0 : 0.3 * (step - 93)) + 0.01 * normal)
    expect(suggest(late, STEPS)).toEqual(none('late'))
  })

  test('a larger fall counts', () => {
    for (let seed = 0; seed < 20; seed++) {
      const falling = drawn(seed, (step, normal) => 2.3 - 1.5 / (1 + Math.exp((55 - step) / 5)) + 0.1 * normal)
      expect(suggest(falling, STEPS)).toMatchObject({ why: null, valley: expect.any(Number) })
    }
  })
})
