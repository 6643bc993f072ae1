/** The field `sweep` of a spec: values to try for its other fields, by `train sweep`. */
import { z } from 'zod'
import { type DeepReadonly, type RuleIssue, rules } from './family.js'
import { RANGE, rangeProblem } from './sweep-range.js'
import { whole } from './whole.js'
import { written } from './words.js'

/** Limit on trials: more than one machine trains, and a table that a person can still read. */
export const MOST_TRIALS = 1000

/** zod silently drops a key `__proto__`. */
const path = z
  .string()
  .regex(/^(?!(.*\.)?__proto__(\.|$))[^.\s]+(\.[^.\s]+)*$/)
  .meta({ patternErrorMessage: 'must be the path of a field, such as fit.batch_size or model.layers.2.rate' })

const values = z
  .array(z.unknown())
  .min(1)
  .max(MOST_TRIALS)
  .meta({ examples: [[32, 128]] })
  .describe('Values of the field, as they would stand in the spec.')

const range = z
  .string()
  .regex(RANGE)
  .meta({
    patternErrorMessage: 'must be uniform, log, int or int-log, a colon, and two numbers, such as log:1e-4..1e-2',
    examples: ['log:1e-4..1e-2'],
  })
  .describe(
    'Range of a number that is drawn: uniform:A..B, log:A..B (each power of ten equally likely), or int:A..B and int-log:A..B for whole numbers. A and B may be drawn too. A draw has four digits that matter.',
  )

const halving = z
  .strictObject({
    factor: whole(2, 100)
      .default(3)
      .describe('One in so many trials goes on, and trains so many times as long. At least 2.'),
    min_epochs: whole(1).default(1).describe('Epochs that every trial trains, at least.'),
  })
  .nullable()
  .default(null)
  .describe(
    'Successive halving: all trials train for a few epochs, and only the best go on. null: each trial trains to its end.',
  )

const fields = z.strictObject({
  grid: z
    .record(path, values)
    .default({})
    .describe(
      'Lists of values by the path of a field: { "fit.batch_size": [32, 128] }. Each combination is a point of the grid.',
    ),
  random: z
    .record(path, z.union([range, values]))
    .default({})
    .describe(
      'What is drawn for each trial by the path of a field: { "optimizer.learning_rate": "log:1e-4..1e-2" }, or one of a list of values.',
    ),
  runs: whole(1, MOST_TRIALS)
    .nullable()
    .default(null)
    .describe(
      'Number of trials, at most 1000. They take the points of the grid in turn, with new draws each time. null: one for each point of the grid, and at least 10 if something is drawn.',
    ),
  monitor: z
    .string()
    .nullable()
    .default(null)
    .meta({ examples: ['val_acc', 'val_loss'] })
    .describe(
      'History key by which trials are compared. null: that of early stopping, else a metric of validation, else val_loss, else the same of training.',
    ),
  halving,
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0)
    .describe('Seed of what is drawn. A draw depends on it, the number of the trial and the path alone.'),
  parallel: whole(1, 256)
    .default(1)
    .describe('Number of trials that train at the same time. Each gets its share of the processors.'),
})

export type SweepSpec = DeepReadonly<z.output<typeof fields>>

export const sweepSchema = fields
  .superRefine(rules(sweepRules))
  .meta({
    examples: [
      { grid: { 'fit.batch_size': [32, 128] }, random: { 'optimizer.learning_rate': 'log:1e-4..1e-2' }, runs: 20 },
    ],
  })
  .describe('Values to try for fields of this spec. `train sweep` trains a trial for each; other commands ignore it.')

/** Number of combinations of the lists of a grid; 1 for an empty one. */
export const pointsOf = ({ grid }: Pick<SweepSpec, 'grid'>): number =>
  Object.values(grid).reduce((product, list) => product * list.length, 1)

/** Trials of a sweep with draws that does not say how many. */
const FEWEST_DRAWN = 10

/** Number of trials. */
export const trialCount = (sweep: Pick<SweepSpec, 'grid' | 'random' | 'runs'>): number =>
  sweep.runs ?? Math.max(pointsOf(sweep), Object.keys(sweep.random).length > 0 ? FEWEST_DRAWN : 1)

/** Fields that are not part of what is trained. */
const NEVER: readonly string[] = ['sweep', '$schema']

function* sweepRules(sweep: SweepSpec): Iterable<RuleIssue> {
  const { grid, random, runs, halving } = sweep
  const places = [
    ...Object.keys(grid).map((field) => ['grid', field] as const),
    ...Object.keys(random).map((field) => ['random', field] as const),
  ]
  if (places.length === 0) {
    yield { code: 'missing-key', path: [], message: 'found nothing to try, must have "grid" or "random"' }
  }
  for (const [index, place] of places.entries()) {
    const [, field] = place
    if (NEVER.includes(field.split('.')[0]!)) {
      yield { code: 'unknown-key', path: place, message: `${written(field)} has nothing to do with what is trained` }
    }
    const other = places.slice(0, index).find(([, before]) => areNested(before, field))
    if (other === undefined) continue
    const message =
      other[1] === field
        ? `${written(field)} is in "grid" too, must be in one of them`
        : `${written(field)} and ${written(other[1])} set the same place, must be fields beside each other`
    yield { code: 'duplicate-key', path: place, message }
  }
  for (const [field, given] of Object.entries(random)) {
    const problem = typeof given === 'string' ? rangeProblem(given) : undefined
    if (problem === undefined) continue
    yield { code: 'range', path: ['random', field], message: `found ${written(given)}, ${problem}` }
  }
  const points = pointsOf(sweep)
  if (runs === null && points > MOST_TRIALS) {
    const message = `found ${points} points, must be at most ${MOST_TRIALS}, or "runs" says how many of them are tried`
    yield { code: 'range', path: ['grid'], message }
  }
  if (runs !== null && runs > points && Object.keys(random).length === 0) {
    const message = `found ${runs}, but the grid has ${points} ${points === 1 ? 'point' : 'points'} and nothing is drawn; a trial would be another one again`
    yield { code: 'range', path: ['runs'], message }
  }
  const epochs = places.find(([, field]) => field === 'fit.epochs' || field === 'fit')
  if (halving !== null && epochs !== undefined) {
    const message = '"fit.epochs" is the same for all trials with "halving", which compares them after equally many'
    yield { code: 'order', path: epochs, message }
  }
}

const areNested = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`)
