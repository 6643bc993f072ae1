/**
 * node bench/tables/rows.js SPEC FOLDER [PATH=VALUE]: writes the prepared rows of a spec, for other programs.
 *
 * spec.json             the spec with every default; for a DBN, the spec of its network; `kind` and `rbms` of the model
 * train, validation, test   a folder for each part, with x-NAME.npy for each input and y.npy: what our engines get
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isInputKey } from '../../dist/base/form.js'
import { npyHeader } from '../../dist/base/npy.js'
import { PARTS } from '../../dist/data/data.js'
import { readRows } from '../../dist/data/table.js'
import { requireSpec } from '../../dist/run/read-spec.js'
import { soleSpec } from '../../dist/run/stages.js'

const [path, folder, ...settings] = process.argv.slice(2)
const overrides = settings.map((setting) => {
  const [field, value] = setting.split(/=(.*)/s)
  return { path: field.split('.'), value, source: '--set' }
})
const { spec, data } = await requireSpec(path, overrides, process.stdin)
const tables = await data.load()
const { form } = tables
const kind = spec.model.type
const sole = kind === 'RBM' ? spec : soleSpec(spec, form)
writeFileSync(join(folder, 'spec.json'), JSON.stringify({ ...sole, kind, rbms: spec.model.rbms }))
for (const part of PARTS) {
  const table = tables[part]
  mkdirSync(join(folder, part))
  const stored = readRows(table, 0, table.count, null)
  for (const [key, { shape, divisor }] of Object.entries(table.fields)) {
    const values = Float32Array.from(stored[key], (value) => value / divisor)
    const file = isInputKey(key) ? `x-${key.slice(2)}.npy` : 'y.npy'
    writeFileSync(
      join(folder, part, file),
      Buffer.concat([npyHeader([table.count, ...shape]), Buffer.from(values.buffer)]),
    )
  }
}
