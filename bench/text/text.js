/**
 * npm run bench:text: megabytes of text that a core-second of TextVectorization reads, by the CPU time of the process: to learn
 * the vocabulary, and to make tokens or counts. The text is 50 MB of made words, as frequent as those of a language.
 */
import { textVectorization } from '../../dist/data/steps/text-vectorization.js'
import { TEXT_DEFAULTS } from '../../dist/spec/text.js'
import { median, table } from '../table.js'

const BYTES = 50e6
const ROWS = 25_000
const ROUNDS = 5
const WORDS = 100_000
const WAYS = {
  'tokens, rows of 200': { output_sequence_length: 200 },
  'counts of 5,000 tokens': { output_mode: 'count', max_tokens: 5000 },
}

const texts = madeTexts()
const megabytes = texts.reduce((sum, text) => sum + text.length, 0) / 1e6
const column = { values: 'text' }
const rows = []
for (const [name, settings] of Object.entries(WAYS)) {
  process.stderr.write(`${name}\n`)
  const step = textVectorization({ type: 'TextVectorization', ...TEXT_DEFAULTS, ...settings })
  const [learn, apply] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    let learnt
    learn.push(
      await perSecond(async () => {
        const learning = step.learning(column)
        for (const piece of pieces()) learning.see(piece, (index) => index)
        learnt = (await learning.end()).learnt
      }),
    )
    apply.push(
      await perSecond(async () => {
        for (const piece of pieces()) step.apply(piece, column, learnt, { source: 0, chain: 0, row: 0 })
      }),
    )
  }
  rows.push([
    name,
    ...[learn, apply].flatMap((speeds) => [median(speeds), Math.max(...speeds)].map(Math.round)).map(String),
  ])
}
const header = ['output', 'learn, MB a core-second', 'best', 'apply, MB a core-second', 'best']
console.log(`### ${Math.round(megabytes)} MB of text\n\n${table(header, rows)}\n`)

async function perSecond(work) {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return megabytes / ((user + system) / 1e6)
}

/** Some hundred rows at a time, as data are read. */
function* pieces() {
  for (let from = 0; from < texts.length; from += 500) yield texts.slice(from, from + 500)
}

/** Texts with capitals and punctuation; word k is as frequent as 1 / k. */
function madeTexts() {
  let seed = 1
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return seed / 2 ** 32
  }
  const letters = 'etaoinshrdlucmfwypvbgkjqxz'
  const words = Array.from({ length: WORDS }, () =>
    Array.from({ length: 2 + Math.floor(8 * random()) }, () => letters[Math.floor(26 * random() ** 2)]).join(''),
  )
  return Array.from({ length: ROWS }, () => {
    let text = ''
    while (text.length < BYTES / ROWS) {
      const word = words[Math.floor(WORDS ** random()) - 1]
      const next = random() < 0.1 ? `${word[0].toUpperCase()}${word.slice(1)}` : word
      text += random() < 0.1 ? `${next}, ` : `${next} `
    }
    return text
  })
}
