/** Compares two files of a run: all of them but times, and what follows from times. */
import { basename, dirname, join } from 'node:path'
import { isObject, jsonOf } from '../../base/json.js'
import { RUN_FILES } from '../../spec/run-files.js'
import { differences } from '../differences.js'

/** Files of a run of one name, and what of them is not compared. */
interface Rule {
  readonly files: string
  /** Null if everything is compared. */
  readonly without: string | null
  matches(name: string): boolean
  /** Says how two files differ; null if they do not. */
  difference(one: Uint8Array, other: Uint8Array): string | null
}

const named = (files: string) => ({ files, matches: (name: string) => name === files })

const EVENT_FILES = 'events.out.tfevents.'

/** The first rule that matches the name of a file is used. */
const RULES: readonly Rule[] = [
  {
    ...named(RUN_FILES.history),
    without: 'started, total_seconds, seconds, and what an expectation of seconds has found',
    difference: (...files) => ofJson(files, withoutTimes),
  },
  {
    ...named(RUN_FILES.rows),
    without: 'the last column, seconds',
    difference: (...files) => ofLines(files, (line) => line.slice(0, line.lastIndexOf(','))),
  },
  {
    ...named(RUN_FILES.spec),
    without: 'checkpoint, which the run that is killed has more often',
    difference: (...files) => ofJson(files, without(['checkpoint'])),
  },
  {
    ...named(RUN_FILES.preparation),
    without: 'spec, the hash of spec.json',
    difference: (...files) => ofJson(files, without(['spec'])),
  },
  {
    files: `${EVENT_FILES}*`,
    without: 'wall times, and the name, which has the time and the process',
    matches: (name) => name.startsWith(EVENT_FILES),
    difference: (...files) => ofBytes(files.map(withoutWallTimes)),
  },
  { ...named('weights.bin'), without: null, difference: (...files) => ofFloats(files) },
  { files: '*', without: null, matches: () => true, difference: (...files) => ofBytes(files) },
]

/** Folders and files that are not compared at all. */
const IGNORED: readonly string[] = [RUN_FILES.checkpoints, RUN_FILES.lock]

/** The fields and files that are not compared. */
export const LEFT_OUT: readonly { readonly files: string; readonly what: string }[] = [
  ...RULES.flatMap(({ files, without: what }) => (what === null ? [] : [{ files, what }])),
  { files: `${RUN_FILES.checkpoints}/, ${RUN_FILES.lock}`, what: 'everything: they serve the run itself' },
]

/** True for a file that is compared. `path` is relative to the folder of the run. */
export const isCompared = (path: string): boolean => !path.split(/[\\/]/).some((part) => IGNORED.includes(part))

/** The name under which a file of one run is compared with that of the other. */
export const comparedAs = (path: string): string =>
  basename(path).startsWith(EVENT_FILES) ? join(dirname(path), `${EVENT_FILES}*`) : path

/** Says how two files of a run differ; null if they do not, but for what is left out. */
export const differenceOf = (path: string, one: Uint8Array, other: Uint8Array): string | null =>
  RULES.find(({ matches }) => matches(basename(path)))!.difference(one, other)

type Files = readonly Uint8Array[]

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

function ofJson(files: Files, shown: (value: unknown) => unknown): string | null {
  const values = files.map((bytes) => jsonOf(textOf(bytes)))
  if (values.includes(undefined)) return ofBytes(files)
  const [one, other] = values.map(shown)
  if (JSON.stringify(one) === JSON.stringify(other)) return null
  const [first] = differences([one, other])
  if (!first) return 'the order of the fields'
  return `${first.path.join('.')}: ${first.values.map(short).join(' and ')}`
}

/** Characters of a value in a message. */
const MOST = 40

const short = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > MOST ? `${text.slice(0, MOST)}...` : text
}

const without =
  (names: readonly string[]) =>
  (value: unknown): unknown =>
    isObject(value) ? Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))) : value

function withoutTimes(history: unknown): unknown {
  const rest = without(['started', 'total_seconds', 'seconds'])(history)
  if (!isObject(rest) || !Array.isArray(rest.expectations)) return rest
  const expectations = rest.expectations.map((one) =>
    isObject(one) && one.key === 'seconds' ? without(['found', 'passed'])(one) : one,
  )
  return { ...rest, expectations }
}

function ofLines(files: Files, shown: (line: string) => string): string | null {
  const [one, other] = files.map((bytes) => textOf(bytes).split('\n').map(shown))
  const at = Array.from({ length: Math.max(one!.length, other!.length) }).findIndex(
    (_, line) => one![line] !== other![line],
  )
  return at === -1 ? null : `line ${at + 1}: ${short(one![at])} and ${short(other![at])}`
}

function ofBytes(files: Files): string | null {
  const [one, other] = files.map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  if (one!.equals(other!)) return null
  if (one!.length !== other!.length) return `${one!.length} and ${other!.length} bytes`
  return `byte ${one!.findIndex((byte, at) => byte !== other![at])}`
}

const FLOAT_BYTES = 4

function ofFloats(files: Files): string | null {
  const words = ofBytes(files)
  const at = /^byte (\d+)$/.exec(words ?? '')?.[1]
  if (at === undefined) return words
  const number = Math.floor(Number(at) / FLOAT_BYTES)
  const values = files.map((bytes) =>
    new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat32(number * FLOAT_BYTES, true),
  )
  return `number ${number}: ${values.join(' and ')}`
}

/** Bytes of a record before its data and after them (`export/record-file.ts`), and where its wall time is. */
const [BEFORE, AFTER] = [12, 4]
const WALL_TIME = { from: 1, to: 9 }

/** The data of each record of a file of TensorBoard, without the wall time with which they begin. */
function withoutWallTimes(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: Uint8Array[] = []
  for (let at = 0; at + BEFORE <= bytes.length; ) {
    const end = at + BEFORE + Number(view.getBigUint64(at, true))
    const data = bytes.subarray(at + BEFORE, end)
    parts.push(data.subarray(0, WALL_TIME.from), data.subarray(WALL_TIME.to))
    at = end + AFTER
  }
  return Buffer.concat(parts)
}
