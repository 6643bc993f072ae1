/** lib/, the modules of dist/ in fewer files, has each file that a module loads by its place. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

test('lib has the files that modules load by their place', () => {
  const modules = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  )
  const loaded = modules.flatMap((path) => {
    const text = readFileSync(join(ROOT, 'src', path), 'utf8')
    const names = Array.from(text.matchAll(/new URL\('([^']+)', import\.meta\.url\)/g), ([, name]) => name!)
    return names.map((name) => posix.join('lib', posix.dirname(path.replaceAll('\\', '/')), name))
  })
  expect(loaded.length).toBeGreaterThan(10)
  expect(loaded.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
