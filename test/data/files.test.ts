/** The files of a source: paths, patterns and lists. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { filesOf } from '../../src/data/files.js'
import { temporaryFolder } from '../support/command.js'

let folder: string

/** Creates empty files in a folder of its own, and returns it. */
function folderOf(...names: string[]): string {
  const folder = temporaryFolder()
  for (const name of names) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), '')
  }
  return folder
}

const noDownload = async (url: string): Promise<string> => {
  throw new Error(`downloads ${url}`)
}

const find = (source: string | string[], from = folder) => filesOf(source, from, noDownload)

const NAMES = [
  ...['s1.csv', 's9.csv', 's10.csv', 's010.csv', 'S2.csv', 't.csv', '.hidden.csv', 'a*b.csv', 'iris (1).csv'],
  ...['data/x-1.npy', 'data/x-2.npy', 'data/x-10.npy', 'data/.ipynb_checkpoints/x-3.npy', 'data/deep/er/x-4.npy'],
  ...['{1}.csv', '!no.csv', '+@|.csv'],
]

beforeEach(() => {
  folder = folderOf(...NAMES)
})

test.each([
  ['s1.csv', ['s1.csv']],
  ['./data/../s1.csv', ['./data/../s1.csv']],
  // whole numbers by value
  ['s*.csv', ['s1.csv', 's9.csv', 's010.csv', 's10.csv']],
  ['s?.csv', ['s1.csv', 's9.csv']],
  ['[st][1-9.]*', ['s1.csv', 's9.csv', 's10.csv', 't.csv']],
  ['[!s]*.csv', ['!no.csv', '+@|.csv', 'S2.csv', 'a*b.csv', 'iris (1).csv', 't.csv', '{1}.csv']],
  ['data/x-*.npy', ['data/x-1.npy', 'data/x-2.npy', 'data/x-10.npy']],
  ['**/*.npy', ['data/deep/er/x-4.npy', 'data/x-1.npy', 'data/x-2.npy', 'data/x-10.npy']],
  // a file of this very name is no pattern
  ['a*b.csv', ['a*b.csv']],
  // signs that other patterns know
  ['iris (*).csv', ['iris (1).csv']],
  ['{1}*', ['{1}.csv']],
  ['!no*', ['!no.csv']],
  ['+@|*', ['+@|.csv']],
  // hidden names only if they are named
  ['.h*.csv', ['.hidden.csv']],
])('%s finds %j', async (pattern, files) => expect(await find(pattern)).toEqual(files))

test('a list keeps its order', async () =>
  expect(await find(['t.csv', 's?.csv', 'S2.csv'])).toEqual(['t.csv', 's1.csv', 's9.csv', 'S2.csv']))

test('a path from the root stays so', async () => {
  expect(await find(join(folder, 's1.csv'), '/')).toEqual([join(folder, 's1.csv')])
  expect(await find(join(folder, 's?.csv'), '/')).toEqual([join(folder, 's1.csv'), join(folder, 's9.csv')])
})

test('links are followed, also those in a circle', async () => {
  const linked = folderOf('data/x.csv')
  symlinkSync(join(linked, 'data'), join(linked, 'data', 'again'))
  symlinkSync(join(linked, 'data', 'x.csv'), join(linked, 'y.csv'))
  expect(await find('*.csv', linked)).toEqual(['y.csv'])
  expect(await find('data/*.csv', linked)).toEqual(['data/x.csv'])
  expect(await find('**/x.csv', linked)).toContain('data/x.csv')
})

test.each([
  ['s10.cvs', (at: string) => `s10.cvs: there is no file or folder "s10.cvs" in ${at}; did you mean "s10.csv"?`],
  ['dta/x-1.npy', (at: string) => `dta/x-1.npy: there is no folder "dta" in ${at}; did you mean "data"?`],
  ['dta/*.npy', (at: string) => `dta/*.npy: there is no folder "dta" in ${at}; did you mean "data"?`],
  ['data/x-*.csv', (at: string) => `data/x-*.csv: no file matches this pattern in ${at}/data`],
  ['data', () => 'data: is a folder, must be a file; a pattern such as "data/*.npy" names its files'],
  ['/dev/null', () => '/dev/null: is a device or a pipe, must be a file'],
  ['', () => 'the source names no file'],
])('%j is refused', async (source, message) => expect(find(source)).rejects.toThrow(new UserError(message(folder))))

test('a list without files, and a file that comes twice, are refused', async () => {
  await expect(find([])).rejects.toThrow(new UserError('the source names no file'))
  await expect(find(['s?.csv', './s9.csv'])).rejects.toThrow(new UserError('./s9.csv: comes twice in the source'))
})

test('the file of an address is downloaded', async () => {
  const urls: string[] = []
  const files = await filesOf(['t.csv', 'https://example.org/*.csv?x=[1]'], folder, async (url) => {
    urls.push(url)
    return '/cache/a.csv'
  })
  expect(files).toEqual(['t.csv', '/cache/a.csv'])
  expect(urls).toEqual(['https://example.org/*.csv?x=[1]'])
})
