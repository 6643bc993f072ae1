/** `train explain [PATH]`: explains a field of the spec. */
import { UserError } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import { explanationLines, placesLines } from '../report/explanation.js'
import { shippedSpecs, specSchemaNode } from '../run/shipped.js'
import { explain } from '../spec/explain.js'
import {
  everyPlace,
  type Place,
  pathText,
  placeAt,
  placesIn,
  placesNamed,
  type SchemaNode,
} from '../spec/schema-place.js'
import { listed, oneOf, written } from '../spec/words.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import type { Io } from './io.js'

/** Prints to standard output. Throws a UserError if the spec has no such place. */
export async function explainPlace(path = '', { stdout }: Pick<Io, 'stdout'>): Promise<ExitCode> {
  const root = await specSchemaNode()
  const places = placesOf(root, path)
  const lines =
    places.length === 1
      ? explanationLines(explain(root, places[0]!, await shippedSpecs()))
      : placesLines(
          path,
          places.map((place) => explain(root, place, [])),
        )
  stdout.write(`${lines.join('\n')}\n`)
  return EXIT.done
}

/** The place at a path; for a single name that is no field of the spec itself, all places of this name. */
function placesOf(root: SchemaNode, path: string): readonly Place[] {
  const words = path.split('.').filter((word) => word !== '')
  const { place, unknown } = placeAt(root, words)
  if (unknown === undefined) return [place]
  const anywhere = words.length === 1 ? placesNamed(root, words[0]!) : []
  if (anywhere.length > 0) return anywhere
  throw unknownPlace(root, place, unknown, words.length === 1)
}

function unknownPlace(root: SchemaNode, place: Place, word: string, isAlone: boolean): UserError {
  const names = [...placesIn(root, place).keys()]
  const near =
    nearest(word, names) ??
    (isAlone
      ? nearest(
          word,
          [...everyPlace(root)].map(([name]) => name),
        )
      : undefined)
  const message =
    names.length === 0
      ? `found ${written(word)}, but there is nothing in it`
      : `found ${written(word)}, ${oneOf(names)}`
  const details = near === undefined ? listed(names) : undefined
  return new UserError('See: train explain --help', [
    {
      code: 'unknown-key',
      source: pathText(place) || 'the spec',
      pointer: '',
      message,
      ...(near !== undefined && { nearest: near }),
      ...(details && { details }),
    },
  ])
}
