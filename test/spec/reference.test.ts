/** docs/reference is what the schema says. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { referencePages } from '../support/reference.js'

const pages = referencePages()

test.each([...pages.keys()])('docs/reference/%s.md is current: run `npm run docs`', async (name) => {
  await expect(pages.get(name)).toMatchFileSnapshot(`../../docs/reference/${name}.md`)
})

test('docs/reference has no other pages', () => {
  const folder = join(import.meta.dirname, '../../docs/reference')
  expect(readdirSync(folder).toSorted()).toEqual([...pages.keys()].map((name) => `${name}.md`).toSorted())
})
