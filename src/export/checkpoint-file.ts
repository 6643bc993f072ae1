/**
 * Checkpoints in a folder: each has a folder of its own, named by a number, with a safetensors file and a JSON file with
 * checksums (CRC-32). A checkpoint is written beside its place and renamed, so that it is there completely or not at all.
 */
import { readdirSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { syncFolder } from '../base/atomic-file.js'
import { exactText, exactValue } from '../base/exact-json.js'
import type { Named } from '../base/field.js'
import { about, problemWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { makeFolder } from '../base/make-folder.js'
import { numbersIn } from '../base/numbered.js'
import { doneWith, temporaryBeside } from '../base/temporary.js'
import type { TrainingState } from '../training/state.js'
import type { AppendedFile } from './callback-files.js'
import { safetensorsParts } from './safetensors.js'
import type { StartReport } from './start-report.js'

/** All that a checkpoint says beside its tensors. */
export interface CheckpointFacts {
  /** Version of trainspec. */
  readonly trainspec: string
  /** Start of the run, and the time at which the state was saved, UTC. */
  readonly started: string
  readonly saved: string
  readonly computedBy: ComputedBy
  /** Hash of the data, so that the run does not go on with others. */
  readonly data: string
  readonly startedFrom: StartReport | null
  /** The files to which callbacks append. */
  readonly files: readonly AppendedFile[]
  readonly training: Omit<TrainingState, 'kept'>
}

/** Results are the same bit for bit where these are. */
export interface ComputedBy {
  readonly engine: string
  readonly device: string
  readonly precision: string
  readonly processors: number
}

export interface Checkpoint {
  readonly facts: CheckpointFacts
  /** The state of the runner. */
  readonly values: Named<Float32Array>
  /** Weights that a callback keeps; null for none. */
  readonly kept: Named<Float32Array> | null
}

const [TENSORS, FACTS] = ['state.safetensors', 'checkpoint.json']

/** The version of the format. */
const VERSION = 1

interface Written extends CheckpointFacts {
  readonly version: number
  readonly tensors: {
    /** Bytes before the numbers. */
    readonly header: number
    readonly crc32: string
    readonly state: readonly TensorEntry[]
    readonly kept: readonly TensorEntry[] | null
  }
}

type TensorEntry = readonly [name: string, length: number]

/** Returns the numbers of the checkpoints in a folder, lowest first. */
export function checkpointNumbers(folder: string): readonly number[] {
  try {
    return numbersIn(readdirSync(folder))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Writes a checkpoint. Throws a system error; then nothing is left of it. */
export async function writeCheckpoint(
  folder: string,
  number: number,
  { facts, values, kept }: Checkpoint,
): Promise<string> {
  const target = join(folder, String(number))
  // the folder of a run that was removed or renamed is not made again
  await makeFolder(folder, dirname(folder))
  const temporary = temporaryBeside(target)
  try {
    await about(target, async () => {
      await mkdir(temporary)
      const parts = safetensorsParts([...named('state', values), ...named('kept', kept ?? {})], {})
      const tensors = {
        header: parts[0]!.length,
        crc32: hex(parts.reduce((sum, part) => crc32(part, sum), 0)),
        state: entriesOf(values),
        kept: kept && entriesOf(kept),
      }
      await writeSynced(join(temporary, TENSORS), parts)
      const text = exactText({ version: VERSION, ...facts, tensors } satisfies Written)
      await writeSynced(join(temporary, FACTS), [Buffer.from(`${BEFORE}${hex(crc32(text))}${BETWEEN}${text}${AFTER}`)])
      await syncFolder(temporary)
      await rename(temporary, target)
      await syncFolder(folder)
    })
    return target
  } finally {
    await rm(temporary, { recursive: true, force: true })
    doneWith(temporary)
  }
}

const named = (group: string, values: Named<Float32Array>) =>
  Object.entries(values).map(([name, one]) => ({ name: `${group}/${name}`, shape: [one.length], values: one }))

const entriesOf = (values: Named<Float32Array>): TensorEntry[] =>
  Object.entries(values).map(([name, { length }]) => [name, length])

const hex = (sum: number): string => sum.toString(16).padStart(8, '0')

/** The JSON around the facts, whose text has the checksum. */
const [BEFORE, BETWEEN, AFTER] = ['{"crc32":"', '","checkpoint":', '}\n']
const HEX_DIGITS = 8

async function writeSynced(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'wx')
  try {
    for (const part of parts) await file.appendFile(part)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Removes all checkpoints but the newest ones. */
export async function pruneCheckpoints(folder: string, keep: number): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  const old = numbersIn(names).slice(0, -keep).map(String)
  for (const name of old) await rm(join(folder, name), { recursive: true, force: true })
}

/** The newest whole checkpoint, and the damaged ones after it. */
export interface FoundCheckpoint {
  /** Null if there is none. */
  readonly found: (Checkpoint & { readonly path: string }) | null
  readonly damaged: readonly Damaged[]
}

export interface Damaged {
  readonly path: string
  readonly problem: string
}

export async function newestCheckpoint(folder: string): Promise<FoundCheckpoint> {
  const damaged: Damaged[] = []
  for (const number of checkpointNumbers(folder).toReversed()) {
    const path = join(folder, String(number))
    const read = await readCheckpoint(path)
    if ('facts' in read) return { found: { ...read, path }, damaged }
    damaged.push({ path, ...read })
  }
  return { found: null, damaged }
}

/** The facts of the newest checkpoint of which they can be read; null without one. */
export async function newestFacts(folder: string): Promise<CheckpointFacts | null> {
  for (const number of checkpointNumbers(folder).toReversed()) {
    const text = await readFile(join(folder, String(number), FACTS), 'utf8').catch(() => '')
    const facts = factsIn(text)
    if (facts) return facts
  }
  return null
}

/** Reads a checkpoint, or says how it is damaged. Throws a UserError if it is one of another version of trainspec. */
async function readCheckpoint(path: string): Promise<Checkpoint | { readonly problem: string }> {
  try {
    const text = await readFile(join(path, FACTS), 'utf8')
    const facts = factsIn(text)
    if (facts === undefined) return { problem: `${FACTS} is damaged: its checksum does not fit` }
    const { version, tensors, ...rest } = facts
    if (version !== VERSION) {
      throw new UserError(
        `${path}: another version of trainspec has written it (${rest.trainspec}), which can resume it`,
      )
    }
    const read = await readTensors(join(path, TENSORS), tensors)
    if (read === undefined) return { problem: `${TENSORS} is damaged: its length or its checksum does not fit` }
    return { facts: { ...rest, training: withSums(rest.training) }, ...read }
  } catch (error) {
    const problem = problemWords(error)
    if (problem === undefined) throw error
    return { problem }
  }
}

/** Returns undefined if the checksum does not fit. */
function factsIn(text: string): Written | undefined {
  const begin = BEFORE.length + HEX_DIGITS
  const inner = text.slice(begin + BETWEEN.length, -AFTER.length)
  if (text !== `${BEFORE}${hex(crc32(inner))}${BETWEEN}${inner}${AFTER}`) return undefined
  return exactValue(inner) as Written
}

/** Sums are written as lists. */
const withSums = (training: CheckpointFacts['training']): CheckpointFacts['training'] => ({
  ...training,
  sums: {
    ...training.sums,
    outputs: Object.fromEntries(
      Object.entries(training.sums.outputs).map(([name, sums]) => [name, Float64Array.from(sums)]),
    ),
  },
})

const FLOAT_BYTES = 4

/** Returns undefined if the length or the checksum of the file does not fit. */
async function readTensors(
  path: string,
  { header, crc32: wanted, state, kept }: Written['tensors'],
): Promise<Pick<Checkpoint, 'values' | 'kept'> | undefined> {
  const count = [...state, ...(kept ?? [])].reduce((sum, [, length]) => sum + length, 0)
  const file = await open(path)
  try {
    if ((await file.stat()).size !== header + FLOAT_BYTES * count) return undefined
    let sum = crc32(await filled(new Uint8Array(header)))
    const read = async (entries: readonly TensorEntry[]) => {
      const values: Record<string, Float32Array> = {}
      for (const [name, length] of entries) {
        const one = new Float32Array(length)
        sum = crc32(await filled(new Uint8Array(one.buffer)), sum)
        values[name] = one
      }
      return values
    }
    const values = await read(state)
    const ofKept = kept && (await read(kept))
    return hex(sum) === wanted ? { values, kept: ofKept } : undefined
  } finally {
    await file.close()
  }

  async function filled(into: Uint8Array): Promise<Uint8Array> {
    for (let at = 0; at < into.length; ) {
      const { bytesRead } = await file.read(into, at, into.length - at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    return into
  }
}
