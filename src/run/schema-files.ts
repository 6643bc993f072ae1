/** The JSON Schemas of the documents that the command reads and writes, by their file names in `specs/`. */

import { baselineJsonSchema } from '../export/baseline.js'
import { benchReportJsonSchema } from '../export/bench-report.js'
import { checkReportJsonSchema } from '../export/check-report.js'
import { compareReportJsonSchema } from '../export/compare-report.js'
import { dataReportJsonSchema } from '../export/data-report.js'
import { doctorReportJsonSchema } from '../export/doctor-report.js'
import { evaluateReportJsonSchema } from '../export/evaluate-report.js'
import { findLrReportJsonSchema } from '../export/find-lr-report.js'
import { foldsReportJsonSchema } from '../export/folds-report.js'
import { historyJsonSchema } from '../export/history.js'
import { runEventJsonSchema } from '../export/run-events.js'
import { runsReportJsonSchema } from '../export/runs-report.js'
import { summaryReportJsonSchema } from '../export/summary-report.js'
import { sweepReportJsonSchema } from '../export/sweep-report.js'
import { verifyReportJsonSchema } from '../export/verify-report.js'
import { jsonSchema } from '../spec/json-schema.js'
import type { SchemaName } from './schema-names.js'

export const schemaFiles = (): Readonly<Record<`${SchemaName}.schema.json`, string>> => ({
  'spec.schema.json': text(jsonSchema()),
  'history.schema.json': text(historyJsonSchema()),
  'events.schema.json': text(runEventJsonSchema()),
  'doctor.schema.json': text(doctorReportJsonSchema()),
  'bench.schema.json': text(benchReportJsonSchema()),
  'find-lr.schema.json': text(findLrReportJsonSchema()),
  'evaluate.schema.json': text(evaluateReportJsonSchema()),
  'folds.schema.json': text(foldsReportJsonSchema()),
  'summary.schema.json': text(summaryReportJsonSchema()),
  'data.schema.json': text(dataReportJsonSchema()),
  'baseline.schema.json': text(baselineJsonSchema()),
  'check.schema.json': text(checkReportJsonSchema()),
  'compare.schema.json': text(compareReportJsonSchema()),
  'runs.schema.json': text(runsReportJsonSchema()),
  'sweep.schema.json': text(sweepReportJsonSchema()),
  'verify-resume.schema.json': text(verifyReportJsonSchema()),
})

const text = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`
