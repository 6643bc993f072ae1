/** Rules for callbacks that the schema cannot express: how they fit the rest of a spec, and each other. */
import { isAbsolute, normalize } from 'node:path/posix'
import { parseTemplate, placesOf, problemOfPlace } from '../base/python-format.js'
import type { CallbackSpecs } from './callbacks.js'
import type { RuleIssue } from './family.js'
import { keyRule } from './history-key.js'
import { betterOf } from './metrics.js'
import { RUN_FILES } from './run-files.js'
import { quoted, written } from './words.js'

type CallbackSpec = CallbackSpecs[number]
type MetricSpecs = Parameters<typeof betterOf>[1]

interface Surroundings {
  readonly callbacks: CallbackSpecs
  readonly early_stopping: object | null
  readonly optimizer?: { readonly learning_rate: number | object } | undefined
}

/** `keys` are the history keys; `metrics` are the metrics of all outputs, named by these keys. */
export function* callbackRules(spec: Surroundings, keys: readonly string[], metrics: MetricSpecs): Iterable<RuleIssue> {
  let stopping = spec.early_stopping ? '"early_stopping"' : undefined
  const taken = new Set<string>()
  for (const [index, callback] of spec.callbacks.entries()) {
    const path = ['callbacks', index]
    yield* RULES[callback.type]?.(callback as never, path, keys, metrics) ?? []
    if (callback.type === 'EarlyStopping') {
      if (stopping)
        yield {
          code: 'duplicate-name',
          path,
          message: `found EarlyStopping in addition to ${stopping}, only one can be set`,
        }
      stopping ??= 'another'
    }
    if (SETS_RATE.includes(callback.type) && typeof spec.optimizer?.learning_rate === 'object') {
      const message = `found ${callback.type}, but the learning rate of the optimizer is a schedule, which no callback may change`
      yield { code: 'learning-rate', path, message }
    }
    yield* placeRules(callback, path, taken)
  }
}

const SETS_RATE: readonly string[] = ['ReduceLROnPlateau', 'LearningRateScheduler']

type Rule<Type extends CallbackSpec['type']> = (
  callback: Extract<CallbackSpec, { type: Type }>,
  path: RuleIssue['path'],
  keys: readonly string[],
  metrics: MetricSpecs,
) => Iterable<RuleIssue>

const RULES: { readonly [Type in CallbackSpec['type']]: Rule<Type> | null } = {
  EarlyStopping: monitorRules,
  ReduceLROnPlateau: monitorRules,
  ModelCheckpoint: checkpointRules,
  *LearningRateScheduler({ rates, schedule }, path) {
    if ((rates === undefined) === (schedule === undefined)) {
      yield {
        code: 'missing-key',
        path,
        message: `found ${rates ? 'both' : 'neither'} of "rates" and "schedule", must have one of them`,
      }
    }
  },
  *CSVLogger({ filename, append }, path) {
    const way = normalize(filename)
    if (append || !(isAbsolute(way) || way.startsWith('../'))) return
    const message = 'is outside the folder of the run, where files are never replaced: it needs "append": true'
    yield { code: 'path', path: [...path, 'filename'], message }
  },
  TensorBoard: null,
  TerminateOnNaN: null,
  TimeBudget: null,
}

interface Monitored {
  readonly monitor: string
  readonly mode: 'auto' | 'min' | 'max'
}

/** The monitored key must be in the history, and it must be known whether larger or smaller values are better. */
export function* monitorRules(
  monitored: Monitored,
  path: RuleIssue['path'],
  keys: readonly string[],
  metrics: MetricSpecs,
): Iterable<RuleIssue> {
  yield* keyRule(monitored.monitor, keys, [...path, 'monitor'])
  yield* modeRule(monitored, path, metrics)
}

function* modeRule({ monitor, mode }: Monitored, path: RuleIssue['path'], metrics: MetricSpecs): Iterable<RuleIssue> {
  if (mode !== 'auto' || betterOf(monitor, metrics) !== null) return
  const message = `found "auto", must be "min" or "max": it is not known which is better for ${written(monitor)}`
  yield { code: 'range', path: [...path, 'mode'], message }
}

function* checkpointRules(
  { filepath, monitor, mode, save_best_only, save_freq }: Extract<CallbackSpec, { type: 'ModelCheckpoint' }>,
  path: RuleIssue['path'],
  keys: readonly string[],
  metrics: MetricSpecs,
): Iterable<RuleIssue> {
  /** Checks a history key. Those of validation are not known within an epoch. */
  const rule = function* (key: string, others: readonly string[], where: RuleIssue['path']): Iterable<RuleIssue> {
    if (save_freq === 'epoch' || !key.startsWith('val_') || !keys.includes(key)) {
      yield* keyRule(key, [...others, ...keys], where)
      return
    }
    const message = `found ${quoted([key])}, which is known only after an epoch: it needs "save_freq": "epoch"`
    yield { code: 'unknown-metric', path: where, message }
  }
  if (save_best_only) {
    yield* rule(monitor, [], [...path, 'monitor'])
    yield* modeRule({ monitor, mode }, path, metrics)
  }
  const where = [...path, 'filepath']
  if (/\.(keras|h5)$/.test(filepath)) {
    const message = `found ${quoted([filepath])}, must have no file extension: a model is saved as a folder, in the format of TensorFlow.js`
    yield { code: 'path', path: where, message }
  }
  const template = parseTemplate(filepath)
  if ('problem' in template) {
    yield { code: 'path', path: where, message: template.problem }
    return
  }
  const counts = save_freq === 'epoch' ? ['epoch'] : ['epoch', 'batch']
  for (const place of placesOf(template)) {
    yield* rule(place.key, counts, where)
    const message = problemOfPlace(place, counts.includes(place.key))
    if (message !== undefined) yield { code: 'path', path: where, message }
  }
}

/** A callback must not overwrite the run's own files, nor write to the same path as another callback. */
function* placeRules(callback: CallbackSpec, path: RuleIssue['path'], taken: Set<string>): Iterable<RuleIssue> {
  for (const [key, value] of Object.entries(callback)) {
    if (!PLACES.includes(key)) continue
    const place = normalize(value as string)
    const message = Object.values<string>(RUN_FILES).includes(place.split('/')[0]!.toLowerCase())
      ? `found ${quoted([place])}, a name that the run itself uses`
      : taken.has(place)
        ? `found ${quoted([place])}, which another callback writes too`
        : undefined
    if (message !== undefined) yield { code: 'path', path: [...path, key], message }
    taken.add(place)
  }
}

/** True if a callback names a file or a folder to write. */
export const writesFiles = (callback: CallbackSpec): boolean => PLACES.some((key) => key in callback)

const PLACES: readonly string[] = ['filepath', 'filename', 'log_dir']
