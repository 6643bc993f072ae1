/** DuckDB is loaded for the files that it reads, and for no others. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { COMMAND, runCommand, temporaryFolder, withoutPackage } from '../../support/command.js'

const start = promisify(execFile)

const SPEC = {
  name: 'tiny',
  data: { dataset: 'bars-and-stripes', size: 3, flatten: true },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 2, activation: 'softmax' }] },
  loss: 'categorical_crossentropy',
  fit: { epochs: 1 },
}

test.each(['@duckdb/node-api', '@duckdb/node-bindings'])('without %s a built-in data set trains', async (name) => {
  const cwd = temporaryFolder({ 'tiny.json': JSON.stringify(SPEC) })
  const { code, stderr } = await runCommand(['tiny.json', '--engine', 'eager:cpu', '--out', 'out'], {
    cwd,
    env: withoutPackage(name),
  })
  expect({ code, stderr }).toMatchObject({ code: 0 })
})

test.each([
  ['a.jsonl', '{"a":1}\n', '1'],
  ['a.json', '[{"a":1}]', '1'],
  ['a.csv', 'a\n1\n', 'Reading tables needs DuckDB, which does not load on this machine: it is taken away'],
])('without it %s', async (name, content, output) => {
  const module = JSON.stringify(join(COMMAND, '../../dist/data/tables/open-table.js'))
  const cwd = temporaryFolder({
    [name]: content,
    'read.mjs': `import { openTable } from ${module}
      const count = async (table) => {
        for await (const { count } of table.read({ a: 'number' }).rows()) return count
      }
      console.log(await openTable(['${name}']).then(count, ({ message }) => message))`,
  })
  const env = { ...process.env, ...withoutPackage('@duckdb/node-api') }
  const { stdout } = await start(process.execPath, ['read.mjs'], { cwd, env })
  expect(stdout.trim()).toBe(output)
})
