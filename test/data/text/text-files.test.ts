/** Folders of texts by class: their rows, encodings, and files that are no text. */
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inputKey, targetKey } from '../../../src/base/form.js'
import { readRows } from '../../../src/data/table.js'
import { decodeText } from '../../../src/data/text/decode.js'
import { temporaryFolder } from '../../support/command.js'
import { loaded, openOwnSpec, problemsOf } from '../../support/own-data.js'

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

const MAIL = {
  'ham/2.txt': 'See you at noon',
  'ham/10.txt': 'noon is fine',
  'spam/1.txt': 'Win win WIN money now!!',
  'spam/a/2.txt': 'money money',
}

describe('a folder of texts', () => {
  test('is one feature and the class of each folder', async () => {
    const source = folderOf({ ...MAIL, '.git/x.txt': 'hidden', 'ham/notes.md': 'no text', 'empty/.keep': '' })
    const { open, data } = await loaded({}, { source })
    expect(open.data).toMatchObject({
      features: { text: { type: 'text', column: 'text', encoding: 'utf-8' } },
      target: { column: 'label', class_names: ['ham', 'spam'] },
    })
    const { [inputKey('text')]: texts, [targetKey('label')]: labels } = readRows(data.train, 0, 4, null)
    expect([...labels!]).toEqual([0, 0, 1, 1])
    // '', [UNK], win, money, noon, you, see, now, is, fine, at
    expect(data.form.inputs.text).toMatchObject({ shape: [5], classes: 11 })
    expect([...texts!]).toEqual([6, 5, 10, 4, 0, 4, 8, 9, 0, 0, 2, 2, 2, 3, 7, 3, 3, 0, 0, 0])
    expect(open.decided.join('\n').replaceAll(source, 'mail')).toBe(
      `mail: 4 rows to train. Features: text (text).
Target "label": class 0 "ham", 1 "spam".
mail: left out hidden folders: .git.
mail: no files for these folders, which are no classes: empty.
mail: left out 1 file of other kinds: .md.`,
    )
  })

  test('may have parts, a feature of another name, and classes in another order', async () => {
    const source = folderOf({
      'train/a/1.txt': 'x y',
      'train/b/1.txt': 'y',
      'test/a/1.txt': 'y z',
      'test/b/1.txt': '',
    })
    const features = { mail: { type: 'text', output_mode: 'count' } }
    const { data } = await loaded({}, { source, features, target: { column: 'label', class_names: ['b', 'a'] } })
    expect([data.train.count, data.test.count]).toEqual([2, 2])
    const { [inputKey('mail')]: texts, [targetKey('label')]: labels } = readRows(data.test, 0, 2, null)
    expect([...texts!]).toEqual([1, 1, 0, 0, 0, 0])
    expect([...labels!]).toEqual([1, 0])
  })

  test('gives the same values when it is trained again from its own spec', async () => {
    const source = folderOf(MAIL)
    const features = { text: { type: 'text', output_mode: 'tf_idf', ngrams: 2 } }
    const first = await loaded({}, { source, features })
    const again = await loaded({}, { ...first.open.data, source })
    expect(readRows(again.data.train, 0, 4, null)).toEqual(readRows(first.data.train, 0, 4, null))
  })

  test('without texts is refused', async () => {
    const source = folderOf({ 'a/1.md': 'x', 'b/2.md': 'y' })
    const [problem] = await problemsOf({}, { source })
    expect(problem!.replaceAll(source, 'mail')).toContain('mail: the folder has no pictures (')
    expect(problem).toContain('or texts (.txt)')
  })

  test('links to folders are followed only if the spec says so', async () => {
    const source = folderOf({ 'a/1.txt': 'x', 'b/1.txt': 'y' })
    symlinkSync(folderOf({ '1.txt': 'z' }), join(source, 'c'))
    const { data } = await loaded({}, { source })
    expect(data.train.count).toBe(2)
    const followed = await loaded({}, { source, follow_links: true })
    expect(followed.data.train.count).toBe(3)
  })
})

describe('encodings', () => {
  const latin = Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x20, 0x80)
  const problems = async (files: Readonly<Record<string, string | Uint8Array>>, feature: object = {}) => {
    const source = folderOf(files)
    const found = await problemsOf({}, { source, features: { text: { type: 'text', ...feature } } })
    return found.map((problem) => problem.replaceAll(source, 'mail'))
  }

  test('a file that is not UTF-8 is named with its row and the place of the byte', async () => {
    expect(await problems({ ...MAIL, 'ham/10.txt': latin, 'spam/4.txt': Uint8Array.of(0xc3) })).toEqual([
      'mail: row 2: ham/10.txt is not UTF-8 text: the byte 0xe9 after 3 bytes; "encoding": "latin-1" in its feature reads any bytes',
      'mail: row 4: spam/4.txt is not UTF-8 text: the byte 0xc3 after 0 bytes; "encoding": "latin-1" in its feature reads any bytes',
      'mail names files that cannot be used',
    ])
  })

  test('latin-1 takes every byte as it is, as in Python', async () => {
    const source = folderOf({ 'a/1.txt': latin, 'b/1.txt': 'x' })
    const features = { text: { type: 'text', encoding: 'latin-1', vocabulary: ['caf\u00e9', '\u0080'] } }
    const { data } = await loaded({}, { source, features })
    expect([...readRows(data.train, 0, 1, null)[inputKey('text')]!]).toEqual([2, 3])
  })

  test.each([
    ['with a byte order mark', Buffer.from('\ufeffcafé 😀', 'utf16le')],
    ['without', Buffer.from('café 😀', 'utf16le')],
    ['big-endian', Buffer.from('\ufeffcafé 😀', 'utf16le').swap16()],
  ])('utf-16 %s', async (_, bytes) => {
    const source = folderOf({ 'a/1.txt': bytes, 'b/1.txt': Buffer.from('x', 'utf16le') })
    const features = { text: { type: 'text', encoding: 'utf-16', vocabulary: ['café', '😀'] } }
    const { data } = await loaded({}, { source, features })
    expect([...readRows(data.train, 0, 1, null)[inputKey('text')]!]).toEqual([2, 3])
  })

  test('UTF-16 is recognized, and refused if half a character is missing', async () => {
    const wide = Buffer.from('\ufeffcafé', 'utf16le')
    expect((await problems({ 'a/1.txt': wide, 'b/1.txt': 'x' }))[0]).toBe(
      'mail: row 1: a/1.txt is UTF-16 text; "encoding": "utf-16" in its feature reads it',
    )
    expect((await problems({ 'a/1.txt': wide.subarray(0, 5), 'b/1.txt': wide }, { encoding: 'utf-16' }))[0]).toBe(
      'mail: row 1: a/1.txt is not UTF-16 text of whole characters',
    )
  })

  test('columns of a table have that of their file', async () => {
    const features = { a: { type: 'text', encoding: 'latin-1' } }
    expect(await problemsOf({ 'a.csv': 'a,y\nx,1\nz,2\n' }, { source: 'a.csv', features, target: 'y' })).toEqual([
      '/data/features/a/encoding: found "latin-1", but column "a" of a.csv is no file of text; "csv": { "encoding": ... } in "data" is that of a CSV file',
    ])
  })
})

test('a byte order mark is no part of the text', async () => {
  const source = folderOf({ 'a/1.txt': '\ufeffx', 'b/1.txt': 'x' })
  const { data } = await loaded({}, { source })
  expect(data.form.inputs.text!.classes).toBe(3)
})

test('a file above the limit is refused', async () => {
  const source = folderOf({ 'a/1.txt': 'x', 'b/1.txt': 'y' })
  truncateSync(join(source, 'b/1.txt'), 2 ** 27 + 1)
  const [problem] = await problemsOf({}, { source })
  expect(problem).toContain('row 2: b/1.txt has 134.2 MB, must have at most 134.2 MB')
})

test('the text of a file is never asked for where it is not used', async () => {
  const source = folderOf({ 'a/1.txt': Uint8Array.of(0xff), 'b/1.txt': 'y' })
  const features = { file: { type: 'string_hashed' } }
  await expect(openOwnSpec({}, { source, features })).resolves.toBeDefined()
})

test('thousands of changed files are text, or refused with the place of the first wrong byte', () => {
  const whole = Buffer.from('Grüße, 日本語 and 😀 at noon. '.repeat(3))
  for (let turn = 0; turn < 3000; turn++) {
    const changed = Buffer.from(whole)
    for (let time = 0; time <= turn % 3; time++)
      changed[(turn * 7919 + time * 31) % whole.length] = (turn * 37 + time) & 0xff
    const found = decodeText(changed.subarray(0, whole.length - (turn % 5)), 'utf-8')
    if ('text' in found) {
      expect(found.text).not.toContain('\ufffd')
      continue
    }
    const place = Number(/after ([\d,]+) bytes/.exec(found.problem)![1]!.replaceAll(',', ''))
    expect(changed.subarray(0, place).toString()).not.toContain('\ufffd')
    expect(changed.subarray(0, place + 4).toString()).toContain('\ufffd')
  }
})
