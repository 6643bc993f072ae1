// Writes the JSON Schemas that editors and other programs read, from the zod schemas in src/.
import { writeFileSync } from 'node:fs'
import { schemaFiles } from '../dist/run/schema-files.js'

for (const [name, text] of Object.entries(schemaFiles())) {
  writeFileSync(new URL(`../specs/${name}`, import.meta.url), text)
}
