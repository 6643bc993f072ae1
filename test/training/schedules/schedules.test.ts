/** Schedules give the rates of Keras, and OneCycle those of PyTorch. */
import { describe, expect, test } from 'vitest'
import { type ScheduleSpec, scheduleSchema } from '../../../src/spec/schedules.js'
import { buildSchedule } from '../../../src/training/schedules/registry.js'
import { kerasFixture } from '../../support/keras.js'

const { steps, cases } = kerasFixture('schedules')
const RUN = { stepsPerEpoch: 10, epochs: 4 }

/** A schedule as in a resolved spec. */
const build = (spec: object | number, run = RUN) =>
  buildSchedule(typeof spec === 'number' ? spec : scheduleSchema.parse(spec), run)

const rates = (spec: object | number, at: readonly number[], run = RUN) => at.map(build(spec, run))

test.each(cases.map((one) => [JSON.stringify(one.schedule), one] as const))(
  '%s',
  (_, { schedule, rates: expected }) => {
    const rateAt = build(schedule)
    // Keras computes in float32, whose roundings are as large as the largest rate makes them
    const tolerance = 1e-6 * Math.max(...expected)
    for (const [index, rate] of expected.entries()) {
      const step = steps[index]!
      expect(Math.abs(rateAt(step) - rate), `step ${step}: ${rateAt(step)}, not ${rate}`).toBeLessThan(tolerance)
    }
  },
)

test('every schedule but the warm-up has a case', () => {
  const types = scheduleSchema.options.map(({ shape }) => shape.type.in.options[0]!)
  const tried = new Set<string>(cases.map(({ schedule }) => schedule.type))
  expect(types.filter((type) => !tried.has(type))).toEqual(['LinearWarmup'])
})

test('a number stays constant', () => {
  expect(rates(0.5, [0, 1, 1e6])).toEqual([0.5, 0.5, 0.5])
})

describe('a warm-up', () => {
  const warm = (rest: object) => ({ type: 'LinearWarmup', warmup_steps: 4, ...rest })

  test('rises in a straight line to a number', () => {
    expect(rates(warm({ learning_rate: 0.5 }), [0, 1, 2, 3, 4, 5, 100])).toEqual([0, 0.125, 0.25, 0.375, 0.5, 0.5, 0.5])
  })

  test('from any rate, down or up', () => {
    expect(rates(warm({ learning_rate: 0.5, initial_learning_rate: 1 }), [0, 2, 4])).toEqual([1, 0.75, 0.5])
  })

  test("in front of CosineDecay is Keras' own warm-up of CosineDecay", () => {
    const decay = { type: 'CosineDecay', decay_steps: 100, alpha: 0.1 }
    const own = build({ ...decay, initial_learning_rate: 0, warmup_target: 0.2, warmup_steps: 4 })
    const front = build(warm({ learning_rate: { ...decay, initial_learning_rate: 0.2 } }))
    for (const step of steps) expect(front(step)).toBeCloseTo(own(step), 12)
  })
})

describe('steps by epochs', () => {
  test('are the steps of these epochs', () => {
    const exponential = { type: 'ExponentialDecay', initial_learning_rate: 1, decay_rate: 0.5, staircase: true }
    expect(rates({ ...exponential, decay_steps: { epochs: 2 } }, [19, 20, 40])).toEqual([1, 0.5, 0.25])
    expect(rates({ ...exponential, decay_steps: { epochs: 0.25 } }, [1, 2, 3])).toEqual([1, 1, 0.5])
  })

  test('as a boundary mean the end of these epochs', () => {
    const piecewise = { type: 'PiecewiseConstantDecay', boundaries: [{ epochs: 1 }, { epochs: 3 }], values: [3, 2, 1] }
    expect(rates(piecewise, [9, 10, 29, 30])).toEqual([3, 2, 2, 1])
  })

  test('one cycle takes the whole run by default', () => {
    const cycle = { type: 'OneCycle', max_learning_rate: 1 }
    const whole = steps.map(build({ ...cycle, total_steps: 40 }))
    expect(rates(cycle, steps)).toEqual(whole)
    expect(whole[0]).toBeCloseTo(0.04)
    expect(build(cycle)(11)).toBe(1)
    expect(build(cycle)(39)).toBeCloseTo(4e-6)
    expect(build(cycle)(1000)).toBe(build(cycle)(39))
  })

  test('a cycle of one or two steps has finite rates', () => {
    for (const total_steps of [1, 2, 3, 4, 5, 10]) {
      for (const pct_start of [0.2, 0.5]) {
        for (const three_phase of [false, true]) {
          const cycle = build({ type: 'OneCycle', max_learning_rate: 1, total_steps, pct_start, three_phase })
          for (let step = 0; step < 12; step++) {
            expect(cycle(step)).toBeGreaterThanOrEqual(0)
            expect(cycle(step)).toBeLessThanOrEqual(1)
          }
        }
      }
    }
  })
})

test('restarts are at the exact step', () => {
  const restarts = { type: 'CosineDecayRestarts', initial_learning_rate: 1, first_decay_steps: 1, t_mul: 3 }
  const begins = [0, 1, 4, 13, 40, 121, 364, 1093] satisfies number[]
  expect(rates(restarts, begins)).toEqual(begins.map(() => 1))
})

test('defaults are those of Keras', () => {
  const parse = (spec: object): ScheduleSpec => scheduleSchema.parse(spec)
  expect(parse({ type: 'PolynomialDecay', initial_learning_rate: 0.1, decay_steps: 5 })).toMatchObject({
    end_learning_rate: 0.0001,
    power: 1,
    cycle: false,
  })
  expect(parse({ type: 'CosineDecayRestarts', initial_learning_rate: 0.1, first_decay_steps: 5 })).toMatchObject({
    t_mul: 2,
    m_mul: 1,
    alpha: 0,
  })
})
