/** What docs/rbm.md names is there: each `[`name`](../src/file.ts)` or `../test/` is declared in that file. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const docs = new URL('../docs/', import.meta.url)
const named = Array.from(
  readFileSync(new URL('rbm.md', docs), 'utf8').matchAll(/\[`(\w+)`\]\((\.\.\/(?:src|test)\/[\w/.-]+)\)/g),
  ([, name, file]) => [name!, file!] as const,
)

test('names are found', () => expect(named.length).toBeGreaterThan(40))

test.each(named)('%s in %s', (name, file) => {
  const path = new URL(file, docs)
  expect(existsSync(path)).toBe(true)
  expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`(function\\*?|const) ${name}\\b|^ +${name}(\\(|: )`, 'm'))
})
