/** The JSON Schemas of what the command reads and writes, by file name in `specs/`. */
import { historyJsonSchema } from '../export/history.js'
import { jsonSchema } from '../spec/json-schema.js'

export const schemaFiles = (): Readonly<Record<string, string>> => ({
  'spec.schema.json': text(jsonSchema()),
  'history.schema.json': text(historyJsonSchema()),
})

const text = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`
