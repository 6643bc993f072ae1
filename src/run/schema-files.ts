/** The JSON Schemas of the documents that the command reads and writes, by their file names in `specs/`. */
import { jsonText } from '../base/json.js'
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
  'spec.schema.json': jsonText(jsonSchema()),
  'history.schema.json': jsonText(historyJsonSchema()),
  'events.schema.json': jsonText(runEventJsonSchema()),
  'doctor.schema.json': jsonText(doctorReportJsonSchema()),
  'bench.schema.json': jsonText(benchReportJsonSchema()),
  'find-lr.schema.json': jsonText(findLrReportJsonSchema()),
  'evaluate.schema.json': jsonText(evaluateReportJsonSchema()),
  'folds.schema.json': jsonText(foldsReportJsonSchema()),
  'summary.schema.json': jsonText(summaryReportJsonSchema()),
  'data.schema.json': jsonText(dataReportJsonSchema()),
  'baseline.schema.json': jsonText(baselineJsonSchema()),
  'check.schema.json': jsonText(checkReportJsonSchema()),
  'compare.schema.json': jsonText(compareReportJsonSchema()),
  'runs.schema.json': jsonText(runsReportJsonSchema()),
  'sweep.schema.json': jsonText(sweepReportJsonSchema()),
  'verify-resume.schema.json': jsonText(verifyReportJsonSchema()),
})
