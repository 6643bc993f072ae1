/** Shows the tokens of some training texts, as the model gets them. */
import type { Field, Numbers } from '../../base/field.js'
import { inputKey } from '../../base/form.js'
import { shortest } from '../../base/shortest.js'
import type { Data, OpenData } from '../../data/data.js'
import { readRows } from '../../data/table.js'
import type { DataReport } from '../../export/data-report.js'
import { MOST_SAMPLES } from './look-at-rows.js'
import { shownRows } from './samples.js'

/** Tokens of a text that are shown. */
const MOST_TOKENS = 24

/** `samples`: the training rows that are shown. */
export async function shownTexts(
  { texts }: OpenData,
  { train }: Data,
  samples: DataReport['samples'],
): Promise<DataReport['texts']> {
  const places = shownRows(train.count, MOST_SAMPLES)
  const shown: DataReport['texts'] = []
  for (const { name, padding, tokens } of texts) {
    const tokenOf = await tokens()
    const key = inputKey(name)
    for (const [index, { row }] of samples.entries()) {
      const values = readRows(train, places[index]!, 1, null)[key]!
      const all = tokensIn(values, train.fields[key]!, padding, tokenOf)
      shown.push({ input: name, row, tokens: all.slice(0, MOST_TOKENS), more: Math.max(0, all.length - MOST_TOKENS) })
    }
  }
  return shown
}

function tokensIn(values: Numbers, field: Field, padding: number, tokenOf: (number: number) => string): string[] {
  if (field.values === 'class') {
    const end = values.findLastIndex((number) => number !== padding)
    return Array.from(values.subarray(0, end + 1), tokenOf)
  }
  const there = [...values.keys()].filter((number) => values[number] !== 0)
  const sorted = there.toSorted((a, b) => values[b]! - values[a]! || a - b)
  if (field.values === 'binary') return sorted.map(tokenOf)
  return sorted.map((number) => `${tokenOf(number)} ${shortest(Number(values[number]!.toPrecision(3)))}`)
}
