/** Opens data of the user: decides what the spec leaves open, reads the rows once, splits them, and learns the steps. */
import { noNames } from '../../base/no-names.js'
import type { Progress } from '../../base/progress.js'
import { fieldsOf, learn } from '../preparation.js'
import { classNumbersOf, namedClasses, oddLabels, partProblems } from './classes.js'
import { type Decisions, decide, type Target } from './decide.js'
import { decidedLines } from './decided-lines.js'
import { foldOf } from './fold.js'
import { type FoundSource, type FoundSources, findSources, isShare, openAt } from './found-source.js'
import { keyOf, openPacked, pack } from './packs.js'
import { partsOf, type Splitting } from './parts.js'
import { formOf, plansOf, settledSpec } from './plans.js'
import { refuse } from './problem.js'
import { readRaw } from './raw.js'
import { gapProblems, type ReadSource, readMain, readSource } from './read.js'
import type { OpenOwn, OwnRequest } from './request.js'
import { MEMORY_BUDGET } from './spool.js'
import { bytesOf, memoryTables } from './tables.js'

/**
 * Reads all rows, unless an earlier run has packed them. Throws a DataError with problems of the spec, or a UserError
 * with problems of a file.
 */
export async function openOwn(request: OwnRequest): Promise<OpenOwn> {
  const found = await findSources(request)
  if (request.data.cache === 'memory') return readOwn(request, found, null)
  const key = await keyOf(request, found)
  const packed = openPacked(request, found, key)
  if (!packed) return readOwn(request, found, key)
  return { ...packed, given: request.data, raw: async () => (await readOwn(request, found, null)).raw() }
}

/** `key` is that of the pack; null if the rows are never packed. */
async function readOwn(request: OwnRequest, found: FoundSources, key: string | null): Promise<OpenOwn> {
  const { data, seed, fit, budget = MEMORY_BUDGET } = request
  const { main, decisions: open } = await readFirst(request, found.main)
  const reading = { ...request, decisions: open, budget }
  const validation = found.validation && (await readSource(found.validation, reading))
  const test = found.test && (await readSource(found.test, reading))
  const all = [main, validation, test].filter((one) => one !== null)
  refuse(all.flatMap((one) => gapProblems(one, open, data)))
  const targets = await namedClasses(open.targets, main)
  refuse((await Promise.all(all.map((one) => oddLabels(targets, one)))).flat())
  const decisions = { ...open, targets }

  const classes = noNames<{ readonly target: Target; readonly numbers: Int32Array }>()
  for (const [name, target] of Object.entries(targets)) {
    if (target.type === 'class') classes[name] = { target, numbers: await classNumbersOf(target, main) }
  }
  const shares = {
    validation: validation ? 0 : fit.validation_split,
    test: isShare(data.test) ? data.test : 0,
  }
  const fold = foldOf(fit)
  const splitting = { data, main, shares, classes: Object.values(classes)[0]?.numbers ?? null, seed, fold }
  const parts = await partsOf(splitting)
  refuse(partProblems(parts, main, classes))
  if (fold !== null && fit.fold === null) await checkFolds(splitting, classes)

  const plans = plansOf(data, decisions, seed)
  const learnt = await learn(plans, main.source, parts.train)
  const fields = fieldsOf(plans, main.source.columns, learnt)
  const form = formOf(main.file, fields, {
    train: parts.train.length,
    validation: validation?.source.count ?? parts.validation.length,
    test: test?.source.count ?? parts.test.length,
  })
  const sources = { main: main.source, validation: validation?.source ?? null, test: test?.source ?? null, parts }
  const settled = settledSpec(data, decisions)
  return {
    given: data,
    data: settled,
    form,
    decided: decidedLines({ data: settled, ...decisions, form, main }),
    load: once(async (progress: Progress = () => {}) => {
      const preparation = { plans, learnt }
      const isPacked = key !== null && (data.cache === 'disk' || bytesOf(preparation, sources) > budget)
      const described = { settled, decisions, dropped: main.dropped }
      const tables = isPacked
        ? await pack({ ...preparation, request, found, key, sources, described }, progress)
        : await memoryTables(preparation, sources)
      for (const one of all) one.close()
      return { form, ...tables }
    }),
    raw: () => readRaw(found, { ...reading, decisions }, parts),
  }
}

/** Throws a DataError if a fold has no rows, or lacks a class that others have. The first one has been checked. */
async function checkFolds(splitting: Splitting, classes: Parameters<typeof partProblems>[2]): Promise<void> {
  const { of } = splitting.fold!
  for (let index = 0; index < of; index++) {
    const parts = await partsOf({ ...splitting, fold: { index, of } })
    if (parts.validation.length === 0) {
      const message = `found ${of}, but fold ${index + 1} of ${splitting.main.file} has no rows; fewer folds have rows in each`
      refuse([{ code: 'split', pointer: '/fit/k_fold', message }])
    }
    if (index > 0) refuse(partProblems(parts, splitting.main, classes))
  }
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
