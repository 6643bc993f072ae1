/** Opens data of the user: decides what the spec leaves open, reads the rows once, splits them, and learns the steps. */
import type { Field, Named } from '../../base/field.js'
import { type DataForm, inputKey, targetKey, WEIGHT } from '../../base/form.js'
import { noNames } from '../../base/no-names.js'
import { crossName } from '../../spec/features.js'
import type { OwnDataSpec, SourceSpec } from '../../spec/own-data.js'
import type { OpenData, PartName, RawPart } from '../data.js'
import { fieldsOf, learn, type Part, type Plans } from '../preparation.js'
import { classNumbers, flags, multiHot } from '../steps/labels.js'
import { crossOf, stepsOf } from '../steps/registry.js'
import type { DataWatch } from '../watch.js'
import { classNumbersOf, hasLabels, namedClasses, oddLabels, partProblems } from './classes.js'
import { type Decisions, decide, type Feature, type Target, type TargetKind } from './decide.js'
import { decidedLines } from './decided-lines.js'
import { type Fitting, foldOf } from './fold.js'
import { partsOf } from './parts.js'
import { refuse } from './problem.js'
import { columnsOf, gapProblems, openAt, type ReadSource, readMain, readSource } from './read.js'
import type { Parts } from './split-rows.js'
import { memoryTables } from './tables.js'

export interface OwnRequest {
  readonly data: OwnDataSpec
  readonly seed: number
  readonly fit: Fitting
  readonly kindOf: TargetKind
  readonly watch: DataWatch
}

/** Data of the user, and its spec with everything that was decided. */
export interface OpenOwn extends OpenData {
  readonly data: OwnDataSpec
}

/** Reads all rows. Throws a DataError with problems of the spec, or a UserError with problems of a file. */
export async function openOwn({ data, seed, fit, kindOf, watch }: OwnRequest): Promise<OpenOwn> {
  const { main, decisions } = await readFirst(data, kindOf, watch)
  const readOther = (source: SourceSpec | null, pointer: string) =>
    source === null ? null : readSource(source, { pointer, decisions, data, watch })
  const validation = await readOther(data.validation, '/data/validation')
  const test = await readOther(isShare(data.test) ? null : data.test, '/data/test')
  const all = [main, validation, test].filter((one) => one !== null)
  refuse(all.flatMap((one) => gapProblems(one, decisions, data)))
  const targets = await namedClasses(decisions.targets, main)
  refuse((await Promise.all(all.map((one) => oddLabels(targets, one)))).flat())

  const classes = noNames<{ readonly target: Target; readonly numbers: Int32Array }>()
  for (const [name, target] of Object.entries(targets)) {
    if (target.type === 'class') classes[name] = { target, numbers: await classNumbersOf(target, main) }
  }
  const shares = {
    validation: validation ? 0 : fit.validation_split,
    test: isShare(data.test) ? data.test : 0,
  }
  const parts = await partsOf({
    data,
    main,
    shares,
    classes: Object.values(classes)[0]?.numbers ?? null,
    seed,
    fold: foldOf(fit),
  })
  refuse(partProblems(parts, main, classes))

  const plans = plansOf(data, decisions.features, targets, seed)
  const learnt = await learn(plans, main.source, parts.train)
  const fields = fieldsOf(plans, main.source.columns, learnt)
  const form = formOf(main.file, fields, {
    train: parts.train.length,
    validation: validation?.source.count ?? parts.validation.length,
    test: test?.source.count ?? parts.test.length,
  })
  const sources = { main: main.source, validation: validation?.source ?? null, test: test?.source ?? null, parts }
  const settled = settledSpec(data, decisions.features, targets)
  return {
    given: data,
    data: settled,
    form,
    decided: decidedLines({ data: settled, features: decisions.features, targets, form, main }),
    load: once(async () => {
      const tables = await memoryTables({ plans, learnt }, sources)
      for (const one of all) one.close()
      return { form, ...tables }
    }),
    raw: async () => ({
      inputs: [...new Set(Object.values(decisions.features).map(({ column }) => column))],
      targets: Object.values(targets).flatMap(columnsOf),
      ...(await readAgain({ decisions: { ...decisions, targets }, data, watch }, parts)),
    }),
  }
}

interface Again {
  readonly decisions: Decisions
  readonly data: OwnDataSpec
  readonly watch: DataWatch
}

/** Reads all rows once more, because `load` forgets them. */
async function readAgain(given: Again, { train, ...others }: Parts) {
  const { decisions, data, watch } = given
  const table = await openAt(data.source, '/data/source', data, watch)
  const main = await readMain(table, decisions, data).finally(() => table.close())
  const all = [main]
  const partOf = async (name: Exclude<PartName, 'train'>): Promise<RawPart> => {
    const source = data[name]
    if (source === null || isShare(source)) return { source: main.source, rows: others[name] }
    const own = await readSource(source, { ...given, pointer: `/data/${name}` })
    all.push(own)
    return { source: own.source, rows: { from: 0, to: own.source.count } }
  }
  return {
    parts: {
      train: { source: main.source, rows: train },
      validation: await partOf('validation'),
      test: await partOf('test'),
    },
    dropped: main.dropped,
    close() {
      for (const one of all) one.close()
    },
  }
}

const isShare = (test: OwnDataSpec['test']): test is number => typeof test === 'number'

async function readFirst(
  data: OwnDataSpec,
  kindOf: TargetKind,
  watch: DataWatch,
): Promise<{ main: ReadSource; decisions: Decisions }> {
  const table = await openAt(data.source, '/data/source', data, watch)
  try {
    const decisions = await decide(data, table, kindOf)
    const main = await readMain(table, decisions, data)
    if (main.source.count === 0) {
      refuse([
        {
          code: 'rows',
          pointer: '/data/source',
          message: `${main.file} has no rows${main.dropped > 0 ? ' without a gap' : ''}`,
        },
      ])
    }
    return { main, decisions }
  } finally {
    table.close()
  }
}

function plansOf(data: OwnDataSpec, features: Named<Feature>, targets: Named<Target>, seed: number): Plans {
  const plans = noNames<Part[]>()
  for (const [name, feature] of Object.entries(features)) {
    const own = data.output_mode === 'dict' || feature.type === 'array'
    const key = inputKey(own ? name : CONCATENATED)
    plans[key] ??= []
    plans[key].push({ column: feature.column, steps: stepsOf(feature, seed).steps })
  }
  for (const cross of data.crosses) {
    const key = inputKey(data.output_mode === 'dict' ? crossName(cross) : CONCATENATED)
    plans[key] ??= []
    plans[key].push(crossOf(cross, features, seed))
  }
  for (const [name, target] of Object.entries(targets)) {
    plans[targetKey(name)] = columnsOf(target).map((column) => ({ column, steps: targetSteps(target) }))
  }
  if (data.weight !== null) plans[WEIGHT] = [{ column: data.weight, steps: [] }]
  return plans
}

/** Name of the input of features that are concatenated. */
const CONCATENATED = 'features'

function targetSteps(target: Target) {
  if (target.type === 'class') return [classNumbers(target.class_names!)]
  if (target.type === 'number') return []
  return hasLabels(target) ? [multiHot(target.class_names!, target.separator!)] : [flags]
}

function formOf(name: string, fields: Named<Field>, rows: DataForm['rows']): DataForm {
  const those = (key: (name: string) => string) => {
    const prefix = key('')
    const found = Object.entries(fields).filter(([name]) => name.startsWith(prefix))
    return Object.fromEntries(found.map(([name, field]) => [name.slice(prefix.length), field]))
  }
  return { name, inputs: those(inputKey), targets: those(targetKey), weights: Object.hasOwn(fields, WEIGHT), rows }
}

/** The spec with the features and the classes that were found, so that the next run decides nothing. */
function settledSpec(data: OwnDataSpec, features: Named<Feature>, targets: Named<Target>): OwnDataSpec {
  const written = ({ pointer: _, ...target }: Target) => target
  const [only] = Object.values(targets)
  const { source, select, sha256, csv, missing_values, features: _, ...rest } = data
  return {
    // in the order of the format
    ...{ source, select, sha256, csv, missing_values, features },
    ...rest,
    target: data.target && written(only!),
    targets: data.targets && Object.fromEntries(Object.entries(targets).map(([name, one]) => [name, written(one)])),
  }
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined
  return () => (result ??= work())
}
