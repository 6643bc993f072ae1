/** Reads the JSON Schemas and the specs that come with the program. */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseSyntax, toValue } from '../spec/document.js'
import type { SchemaNode } from '../spec/schema-place.js'
import type { SchemaName } from './schema-names.js'

const FOLDER = new URL('../../specs/', import.meta.url)

/** The text of a JSON Schema in draft 7. */
export const schemaText = (name: SchemaName): Promise<string> =>
  readFile(new URL(`${name}.schema.json`, FOLDER), 'utf8')

/** The JSON Schema of a spec. */
export const specSchemaNode = async (): Promise<SchemaNode> => JSON.parse(await schemaText('spec'))

/** The specs as they stand in their files, without defaults. */
export async function shippedSpecs(): Promise<unknown[]> {
  const files = (await readdir(fileURLToPath(FOLDER))).filter((file) => /(?<!\.schema)\.json$/.test(file)).toSorted()
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, FOLDER), 'utf8')))
  return texts.map((text, index) => toValue(parseSyntax(text, files[index]!).tree!))
}
