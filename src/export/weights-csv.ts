/** Writes weights as text, a file for each: its lines follow the first axis, all others make one line. */
import type { Named } from '../base/field.js'
import { sizeOf } from '../base/shape.js'
import type { NamedWeight } from './safetensors.js'
import { csvPieces } from './write-array.js'

/** Name of the file that lists the others. */
const LIST = 'weights.json'

/** Returns the contents of files by their names: those of the weights, and a list of names, shapes and files. */
export function csvFiles(weights: readonly NamedWeight[]): Named<Uint8Array> {
  // names that differ only in case are one file on some systems
  const taken = new Set([LIST])
  const listed = weights.map(({ name, shape, values }) => {
    const plain = name.replaceAll('/', '.')
    let file = `${plain}.csv`
    while (taken.has(file.toLowerCase())) file = `_${file}`
    taken.add(file.toLowerCase())
    return { name, shape, file, values }
  })
  const list = listed.map(({ values: _, ...rest }) => rest)
  return {
    [LIST]: Buffer.from(`${JSON.stringify(list, null, 1)}\n`),
    ...Object.fromEntries(
      listed.map(({ file, shape, values }) => {
        const pieces = [...csvPieces(values, sizeOf(shape.slice(1)))]
        return [file, Buffer.concat(pieces.map((text) => Buffer.from(text)))]
      }),
    ),
  }
}
