/**
 * Learning rates that change by step, with the arguments and defaults of Keras 3
 * (keras/src/optimizers/schedules/learning_rate_schedule.py). A new one is one entry of `SCHEDULES`.
 */
import { z } from 'zod'
import { member, type RuleIssue, rules } from './family.js'
import { LONGEST_LIST, whole } from './whole.js'

const rate = (description: string) => z.number().min(0).describe(description)

const inEpochs = z
  .strictObject({ epochs: z.number().gt(0).describe('Number of epochs, above 0.') })
  .describe('A duration in epochs.')

const counts = z.union([whole(1), inEpochs])

/** Steps as a number, or as `{ "epochs": 5 }`. */
const steps = (description: string) => counts.describe(`${description} Steps, at least 1, or { "epochs": 5 }.`)

const initial = rate('Rate of the first step, at least 0.')
const staircase = z.boolean().default(false).describe('Change the rate only every `decay_steps`, not in between.')

const SCHEDULES = [
  member('ExponentialDecay', 'initial_learning_rate * decay_rate ^ (step / decay_steps).', {
    initial_learning_rate: initial,
    decay_steps: steps('Steps in which the rate is multiplied by `decay_rate` once.'),
    decay_rate: z.number().min(0).describe('Factor, at least 0; below 1 the rate falls.'),
    staircase,
  }),
  member('PiecewiseConstantDecay', 'One rate up to each boundary, and another after it.', {
    boundaries: z
      .array(z.union([whole(0), inEpochs]))
      .min(1)
      .max(LONGEST_LIST)
      .describe('The last step of each rate except the final one, counted from 0, rising. Steps, or { "epochs": 5 }.'),
    values: z
      .array(rate('Rate, at least 0.'))
      .min(2)
      .max(LONGEST_LIST + 1)
      .describe('The rates; one more than boundaries.'),
  }).superRefine(rules(oneMoreValue)),
  member('PolynomialDecay', 'Falls to `end_learning_rate` as (1 - step / decay_steps) ^ power, and stays there.', {
    initial_learning_rate: initial,
    decay_steps: steps('Steps until the end rate is reached.'),
    end_learning_rate: rate('Rate at the end, at least 0.').default(0.0001),
    power: z.number().min(0).default(1).describe('Power of the polynomial, at least 0; 1 is a straight line.'),
    cycle: z.boolean().default(false).describe('Start again at the end, each time with `decay_steps` more steps.'),
  }),
  member('InverseTimeDecay', 'initial_learning_rate / (1 + decay_rate * step / decay_steps).', {
    initial_learning_rate: initial,
    decay_steps: steps('Steps in which `decay_rate` takes effect once.'),
    decay_rate: z.number().min(0).describe('How fast the rate falls, at least 0.'),
    staircase,
  }),
  member('CosineDecay', 'Falls along half a cosine wave. A linear warm-up may come first.', {
    initial_learning_rate: initial,
    decay_steps: steps('Length of the decay, not counting the warm-up.'),
    alpha: z
      .number()
      .min(0)
      .default(0)
      .describe('Rate at the end of the decay, as a fraction of the rate at its start; at least 0.'),
    warmup_target: z
      .number()
      .min(0)
      .nullable()
      .default(null)
      .describe('Rate at the end of the warm-up, where the decay starts. null: no warm-up.'),
    warmup_steps: z
      .union([whole(0), inEpochs])
      .default(0)
      .describe('Length of the warm-up. Steps, at least 0, or { "epochs": 5 }.'),
  }).superRefine(rules(warmupHasTarget)),
  member('CosineDecayRestarts', 'Cosine decay that begins again and again (SGDR: Loshchilov and Hutter, 2017).', {
    initial_learning_rate: initial,
    first_decay_steps: steps('Length of the first decay.'),
    t_mul: z.number().min(1).default(2).describe('How many times as long the next decay is; at least 1.'),
    m_mul: z.number().min(0).default(1).describe('How many times as high the next decay begins; at least 0.'),
    alpha: z
      .number()
      .min(0)
      .default(0)
      .describe('Rate at the end of each decay, as a fraction of the initial rate; at least 0.'),
  }),
  member(
    'OneCycle',
    'Rises to the largest rate, then falls to nearly 0 (Smith and Topin, 2018), as OneCycleLR of PyTorch.',
    {
      max_learning_rate: rate('The largest rate, at least 0.'),
      total_steps: counts
        .nullable()
        .default(null)
        .describe('Length of the cycle. Steps, at least 1, or { "epochs": 5 }; null for the whole run.'),
      pct_start: z.number().gt(0).lt(1).default(0.3).describe('Fraction of the cycle in which the rate rises, 0 to 1.'),
      anneal_strategy: z
        .enum(['cos', 'linear'])
        .default('cos')
        .meta({ enumDescriptions: ['along a cosine', 'along straight lines'] })
        .describe('Shape of the rise and the fall.'),
      div_factor: z.number().gt(0).default(25).describe('The first rate is the largest divided by this; above 0.'),
      final_div_factor: z.number().gt(0).default(1e4).describe('The last rate is the first divided by this; above 0.'),
      three_phase: z
        .boolean()
        .default(false)
        .describe('Fall back to the first rate in as many steps as the rise took, and only then to the last rate.'),
    },
  ),
] as const

function* oneMoreValue({
  boundaries,
  values,
}: {
  boundaries: readonly StepCount[]
  values: readonly number[]
}): Iterable<RuleIssue> {
  if (values.length !== boundaries.length + 1) {
    const message = `found ${values.length} values and ${boundaries.length} boundaries, must be one value more than boundaries`
    yield { code: 'length', path: ['values'], message }
  }
  for (const [index, boundary] of boundaries.entries()) {
    const [found, before] = [boundary, boundaries[index - 1]].map(amount)
    if (typeof boundary === typeof boundaries[index - 1] && found! <= before!) {
      yield { code: 'order', path: ['boundaries', index], message: `found ${found}, must be above ${before}` }
    }
  }
}

const amount = (count: StepCount | undefined) => (typeof count === 'object' ? count.epochs : count)

function* warmupHasTarget({
  warmup_target: target,
  warmup_steps: steps,
}: {
  warmup_target: number | null
  warmup_steps: unknown
}): Iterable<RuleIssue> {
  if (target === null && steps !== 0) {
    const message = 'a warm-up needs "warmup_target", the rate at its end'
    yield { code: 'warmup', path: ['warmup_steps'], message }
  }
}

/** The id makes this one definition in the JSON Schema, which many places refer to. */
const decays = z.discriminatedUnion('type', SCHEDULES).meta({ id: 'decay' })

const linearWarmup = member('LinearWarmup', 'A linear warm-up before any rate or schedule (Goyal et al., 2017).', {
  warmup_steps: steps('Length of the warm-up.'),
  learning_rate: z
    .union([z.number().min(0), decays])
    .describe(
      'Rate after the warm-up, at least 0, or a schedule that starts there. The warm-up ends at its first rate.',
    ),
  initial_learning_rate: initial.default(0),
})

export const scheduleSchema = z.discriminatedUnion('type', [...SCHEDULES, linearWarmup]).meta({ id: 'schedule' })

/** The schema of a learning rate: a number or a schedule. `preset` is its default. */
export const learningRateSchema = (preset: number) =>
  z
    .union([z.number().min(0), scheduleSchema])
    .default(preset)
    .describe('Step size, at least 0, or a schedule: an object with a `type`. Typical: 0.0001 to 0.1.')

export type ScheduleSpec = z.output<typeof scheduleSchema>
/** A number of steps, or of epochs. */
export type StepCount = z.output<typeof counts>
