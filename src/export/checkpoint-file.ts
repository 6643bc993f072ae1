/**
 * Checkpoints in a folder: each has a folder of its own, named by a number, with safetensors files and a JSON file with
 * checksums (CRC-32). A checkpoint is written beside its place and renamed, so that it is there completely or not at all.
 * One that is not forced onto the disk survives a killed process, but not a machine that loses its power: then its
 * checksums tell.
 */
import { readdirSync } from 'node:fs'
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
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
  /** Number of hosts that trained together; absent for one. */
  readonly hosts?: number
}

export interface Checkpoint {
  readonly facts: CheckpointFacts
  /** The state of the runner. */
  readonly values: Named<Float32Array>
  /** Weights that a callback keeps; null for none. */
  readonly kept: Named<Float32Array> | null
}

const [TENSORS, KEPT, FACTS] = ['state.safetensors', 'kept.safetensors', 'checkpoint.json']

/** The version of the format. */
const VERSION = 2

interface Written extends CheckpointFacts {
  readonly version: number
  readonly tensors: {
    readonly state: TensorFile
    /** Names of tensors of the state, if their values are kept; else what is in a file of its own. */
    readonly kept: readonly string[] | TensorFile | null
  }
}

interface TensorFile {
  /** Bytes before the numbers. */
  readonly header: number
  readonly crc32: string
  readonly entries: readonly TensorEntry[]
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

/** A checkpoint that has been written. */
export interface WrittenCheckpoint {
  readonly path: string
  /** Its kept weights, if they have a file of their own. */
  readonly kept: WrittenKept | null
}

interface WrittenKept {
  readonly values: Named<Float32Array>
  readonly file: TensorFile
}

export interface WriteOptions {
  /** True: when the result resolves, the checkpoint is on the disk, and not only in the memory of the system. */
  readonly isForced: boolean
  /** The checkpoint before. If it keeps the same weights, their file is shared. */
  readonly before: WrittenCheckpoint | null
}

/** Writes a checkpoint. Throws a system error; then nothing is left of it. */
export async function writeCheckpoint(
  folder: string,
  number: number,
  { facts, values, kept }: Checkpoint,
  { isForced, before }: WriteOptions,
): Promise<WrittenCheckpoint> {
  const target = join(folder, String(number))
  // the folder of a run that was removed or renamed is not made again
  await makeFolder(folder, dirname(folder))
  const temporary = temporaryBeside(target)
  const written = async (name: string, given: Named<Float32Array>) =>
    writeTensors(join(temporary, name), given, isForced)
  try {
    return await about(target, async () => {
      await mkdir(temporary)
      const state = await written(TENSORS, values)
      const ofKept = kept && !areIn(values, kept) ? await keptFile(kept) : null
      const tensors = { state, kept: ofKept?.file ?? (kept && Object.keys(kept)) }
      const text = exactText({ version: VERSION, ...facts, tensors } satisfies Written)
      const json = Buffer.from(`${BEFORE}${hex(crc32(text))}${BETWEEN}${text}${AFTER}`)
      await writeParts(join(temporary, FACTS), [json], isForced)
      if (isForced) await syncFolder(temporary)
      await rename(temporary, target)
      if (isForced) await syncFolder(folder)
      return { path: target, kept: ofKept }
    })
  } finally {
    await rm(temporary, { recursive: true, force: true })
    doneWith(temporary)
  }

  async function keptFile(kept: Named<Float32Array>): Promise<WrittenKept> {
    const old = before?.kept
    const path = join(temporary, KEPT)
    if (old?.values === kept && (await isLinked(join(before!.path, KEPT), path))) {
      if (isForced) await syncFile(path)
      return old
    }
    return { values: kept, file: await written(KEPT, kept) }
  }
}

/** True if values have these, bit for bit. */
const areIn = (values: Named<Float32Array>, some: Named<Float32Array>): boolean =>
  Object.entries(some).every(([name, one]) => values[name] && bytesOf(values[name]).equals(bytesOf(one)))

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength)

/** Gives a file a second name. Returns false where a disk has no such names. */
const isLinked = (path: string, name: string): Promise<boolean> =>
  link(path, name).then(
    () => true,
    () => false,
  )

async function writeTensors(path: string, values: Named<Float32Array>, isForced: boolean): Promise<TensorFile> {
  const weights = Object.entries(values).map(([name, one]) => ({ name, shape: [one.length], values: one }))
  const parts = safetensorsParts(weights, {})
  await writeParts(path, parts, isForced)
  return {
    header: parts[0]!.length,
    crc32: hex(parts.reduce((sum, part) => crc32(part, sum), 0)),
    entries: Object.entries(values).map(([name, { length }]) => [name, length]),
  }
}

const hex = (sum: number): string => sum.toString(16).padStart(8, '0')

/** The JSON around the facts, whose text has the checksum. */
const [BEFORE, BETWEEN, AFTER] = ['{"crc32":"', '","checkpoint":', '}\n']
const HEX_DIGITS = 8

async function writeParts(path: string, parts: readonly Uint8Array[], isForced: boolean): Promise<void> {
  const file = await open(path, 'wx')
  try {
    for (const part of parts) await file.appendFile(part)
    if (isForced) await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Removes all checkpoints but the newest ones, and but `last`, the path of one. */
export async function pruneCheckpoints(folder: string, keep: number, last: string | null = null): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  const old = numbersIn(names)
    .slice(0, -keep)
    .map((number) => join(folder, String(number)))
  for (const path of old) if (path !== last) await rm(path, { recursive: true, force: true })
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
    const values = await readTensors(join(path, TENSORS), tensors.state)
    if (values === undefined) return damagedFile(TENSORS)
    const kept = await readKept(path, tensors.kept, values)
    if (kept === undefined) return damagedFile(KEPT)
    return { facts: { ...rest, training: withSums(rest.training) }, values, kept }
  } catch (error) {
    const problem = problemWords(error)
    if (problem === undefined) throw error
    return { problem }
  }
}

const damagedFile = (name: string) => ({ problem: `${name} is damaged: its length or its checksum does not fit` })

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

async function readKept(path: string, kept: Written['tensors']['kept'], values: Named<Float32Array>) {
  if (kept === null) return null
  if ('crc32' in kept) return readTensors(join(path, KEPT), kept)
  return Object.fromEntries(kept.map((name) => [name, values[name]!]))
}

/** Returns undefined if the length or the checksum of the file does not fit. */
async function readTensors(
  path: string,
  { header, crc32: wanted, entries }: TensorFile,
): Promise<Named<Float32Array> | undefined> {
  const count = entries.reduce((sum, [, length]) => sum + length, 0)
  const file = await open(path)
  try {
    if ((await file.stat()).size !== header + FLOAT_BYTES * count) return undefined
    let sum = crc32(await filled(new Uint8Array(header)))
    const values: Record<string, Float32Array> = {}
    for (const [name, length] of entries) {
      const one = new Float32Array(length)
      sum = crc32(await filled(new Uint8Array(one.buffer)), sum)
      values[name] = one
    }
    return hex(sum) === wanted ? values : undefined
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
