/** Opens data of the user: decides what the spec leaves open, reads the rows once, splits them, and learns the steps. */
import { countUp } from '../../base/count-up.js'
import type { Named } from '../../base/field.js'
import { noNames } from '../../base/no-names.js'
import type { Progress } from '../../base/progress.js'
import { fieldsOf, learn } from '../preparation.js'
import { textInputs } from '../text/text-inputs.js'
import { measuredSequences } from './class-sequences.js'
import { classNumbersOf, namedClasses, oddLabels, partProblems } from './classes.js'
import { type Decisions, decide, type Target } from './decide.js'
import { decidedLines } from './decided-lines.js'
import { dividedFeatures } from './feature.js'
import { foldOf } from './fold.js'
import { withLabel, withParts } from './folders.js'
import { type FoundSource, type FoundSources, findSources, isShare, openAt } from './found-source.js'
import { keyOf, openPacked, pack } from './packs.js'
import { foldedParts, partsOf } from './parts.js'
import { formOf, plansOf, settledSpec } from './plans.js'
import { refuse } from './problem.js'
import { readRaw } from './raw.js'
import { gapProblems, type ReadSource, readMain, readSource } from './read.js'
import type { OpenOwn, OwnRequest } from './request.js'
import {
  type Division,
  divisionOf,
  learningRows,
  paddingProblems,
  sampleCounts,
  sampledFrom,
  sampleFields,
  sampleTables,
  splittingBy,
  targetParts,
  windowProblems,
} from './samples.js'
import { readSeries, unequalTargets } from './series.js'
import type { Parts } from './split-rows.js'
import { MEMORY_BUDGET } from './spool.js'
import { bytesOf, memoryTables } from './tables.js'

/**
 * Reads all rows, unless an earlier run has packed them. Throws a DataError with problems of the spec, or a UserError
 * with problems of a file.
 */
export async function openOwn(given: OwnRequest): Promise<OpenOwn> {
  const inParts = { ...given, data: await withParts(given.data) }
  const found = await findSources(inParts)
  const request = { ...inParts, data: withLabel(inParts.data, found.main) }
  if (request.data.cache === 'memory') return { ...(await readOwn(request, found, null)), given: given.data }
  const key = await keyOf(request, found)
  const packed = openPacked(request, found, key)
  if (!packed) return { ...(await readOwn(request, found, key)), given: given.data }
  const { decisions, ...opened } = packed
  const reading = { ...request, data: packed.data, decisions, budget: request.budget ?? MEMORY_BUDGET }
  const divide = (main: ReadSource) => divided(request, decisions.targets, main)
  return { ...opened, given: given.data, raw: () => readRaw(found, reading, divide) }
}

/** `key` is that of the pack; null if the rows are never packed. */
async function readOwn(request: OwnRequest, found: FoundSources, key: string | null): Promise<Omit<OpenOwn, 'given'>> {
  const { data, seed, budget = MEMORY_BUDGET } = request
  const { main, decisions: open } = await readFirst(request, found.main)
  const reading = { ...request, decisions: open, budget }
  const validation = found.validation && (await readSource(found.validation, reading))
  const test = found.test && (await readSource(found.test, reading))
  const all = [main, validation, test].filter((one) => one !== null)
  refuse(all.flatMap((one) => gapProblems(one, open, data)))
  const targets = await namedClasses(open.targets, main)
  // the classes that were found in the source are right for it
  const odd = all.map((one) => oddLabels(one === main ? open.targets : targets, one))
  refuse((await Promise.all(odd)).flat())
  const decisions = { ...open, targets: await measuredSequences(targets, all) }
  const division = await divided(request, targets, main)
  const { parts } = division
  const sampled = await sampledFrom(data, division, { main, validation, test })

  const plans = plansOf(data, decisions, seed)
  const learnt = await learn(plans, main.source, sampled ? learningRows(sampled, parts) : parts.train)
  const fields = fieldsOf(plans, main.source.columns, learnt)
  refuse(paddingProblems(data, fields))
  const rows = {
    train: parts.train.length,
    validation: validation?.source.count ?? parts.validation.length,
    test: test?.source.count ?? parts.test.length,
  }
  const form = sampled
    ? formOf(main.file, sampleFields(sampled, fields), sampleCounts(sampled))
    : formOf(main.file, fields, rows)
  const sources = { main: main.source, validation: validation?.source ?? null, test: test?.source ?? null, parts }
  const settled = settledSpec(sampled?.data ?? data, decisions)
  const notes = all.flatMap((one) => one.notes)
  return {
    data: settled,
    form,
    texts: textInputs(decisions.features, learnt),
    decided: [...decidedLines({ data: settled, ...decisions, form, main }), ...notes],
    load: once(async (progress: Progress = () => {}) => {
      const preparation = { plans, learnt, seed }
      const isPacked = key !== null && (data.cache === 'disk' || bytesOf(preparation, sources) > budget)
      const described = { settled, decisions, dropped: main.dropped, notes }
      const tables = isPacked
        ? await pack({ ...preparation, request, found, key, sources, sampled, described }, progress)
        : await memoryTables(preparation, sources)
      for (const one of all) one.close()
      const { facts } = dividedFeatures(decisions.features)
      const saved = { form, columns: main.source.columns, facts, learnt }
      return { form, preparation: saved, ...tables, ...(sampled && sampleTables(sampled, tables)) }
    }),
    raw: () => readRaw(found, { ...reading, data: settled, decisions }, async () => division),
  }
}

/** Divides the rows of the source. Throws a DataError if a part, or a fold, lacks rows or classes. */
async function divided({ data, seed, fit }: OwnRequest, targets: Named<Target>, main: ReadSource): Promise<Division> {
  const series = await readSeries(data, main)
  if (series) refuse(await unequalTargets(data, main, series.whole))
  const classes = noNames<{ readonly target: Target; readonly numbers: Int32Array }>()
  for (const [name, target] of Object.entries(targets)) {
    if (target.type === 'class') classes[name] = { target, numbers: await classNumbersOf(target, main) }
  }
  const shares = {
    validation: data.validation === null ? fit.validation_split : 0,
    test: isShare(data.test) ? data.test : 0,
  }
  const split = splittingBy(series, data)
  const drawn = Object.values(classes)[0]?.numbers ?? null
  const splitting = { data, main, shares, seed, ...split, classes: drawn && split.classesOf(drawn) }
  const checked = (found: Parts): Division => {
    const division = divisionOf(split.rowsOf(found), series)
    refuse(windowProblems(data, division, main))
    const labelled = Object.keys(classes).length > 0 ? targetParts(data, division) : division.parts
    refuse(partProblems(labelled, main, classes))
    return division
  }
  const fold = foldOf(fit)
  if (fold === null) return checked(await partsOf(splitting))
  const partsFor = await foldedParts(splitting, fold.of)
  // all folds are checked before the first of them is trained
  for (const index of fit.fold === null ? countUp(0, fold.of) : [fold.index]) {
    const parts = partsFor(index)
    checked(parts)
    if (parts.validation.length > 0) continue
    const message = `found ${fold.of}, but fold ${index + 1} of ${main.file} has no rows; fewer folds have rows in each`
    refuse([{ code: 'split', pointer: '/fit/k_fold', message }])
  }
  return checked(partsFor(fold.index))
}

async function readFirst(request: OwnRequest, found: FoundSource): Promise<{ main: ReadSource; decisions: Decisions }> {
  const { data, kindOf, budget = MEMORY_BUDGET } = request
  const table = await openAt(found, data)
  try {
    const decisions = await decide(data, table, kindOf)
    const main = await readMain(table, found, { ...request, decisions, budget })
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

function once<Given, Result>(work: (given?: Given) => Promise<Result>): (given?: Given) => Promise<Result> {
  let result: Promise<Result> | undefined
  return (given) => (result ??= work(given))
}
