/** Reads members of ZIP archives, and refuses archives that are damaged or made to do harm. */
import { crc32 } from 'node:zlib'
import yauzl, { type Entry } from 'yauzl'
import { fileProblem } from '../../base/file-problem.js'
import { UserError } from '../../base/issue.js'
import { reasonOf } from '../../base/reason.js'
import { type ByteReader, type Bytes, MOST_DEFLATED, streamReader } from './bytes.js'

/** Most members of an archive. */
const MOST_MEMBERS = 10_000
/** Bytes of a member's header before its name. */
const LOCAL_HEADER = 30

const opened = (path: string) => yauzl.openPromise(path, { autoClose: false })

/**
 * Lists the members of an archive, and checks that they can be read without harm. `kind` is the ending of its name.
 * Throws a UserError that begins with `name`.
 */
export async function membersOf(path: string, name: string, kind: string): Promise<Entry[]> {
  const entries: Entry[] = []
  try {
    const zip = await opened(path)
    try {
      for await (const entry of zip.eachEntry()) {
        if (entries.length === MOST_MEMBERS) throw new UserError(`${name}: has more than ${MOST_MEMBERS} members`)
        entries.push(entry)
      }
    } finally {
      zip.close()
    }
  } catch (error) {
    throw inWords(name, kind, error)
  }
  const problem = problemOf(entries)
  if (problem !== undefined) throw new UserError(`${name}: ${problem}`)
  return entries
}

function problemOf(entries: readonly Entry[]): string | undefined {
  const names = new Set<string>()
  for (const entry of entries) {
    const { fileName, compressedSize, uncompressedSize } = entry
    const member = `member ${JSON.stringify(fileName)}`
    if (names.has(fileName)) return `has two members of the name ${JSON.stringify(fileName)}`
    names.add(fileName)
    if (entry.isEncrypted()) return `${member} is encrypted; save it without a password`
    if (!entry.canDecodeFileData())
      return `${member} is packed in a way that is not supported; must be deflated or stored`
    if (uncompressedSize > MOST_DEFLATED * (compressedSize + 1)) {
      return `${member} states ${uncompressedSize} bytes, more than its ${compressedSize} packed bytes can hold`
    }
  }
  const inOrder = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)
  const overlapping = inOrder.findIndex(
    ({ relativeOffsetOfLocalHeader: begin, compressedSize }, index) =>
      begin + LOCAL_HEADER + compressedSize >
      (inOrder[index + 1]?.relativeOffsetOfLocalHeader ?? Number.POSITIVE_INFINITY),
  )
  return overlapping < 0 ? undefined : `member ${JSON.stringify(inOrder[overlapping]!.fileName)} overlaps another`
}

function inWords(name: string, kind: string, error: unknown): unknown {
  if (error instanceof UserError || fileProblem(error) !== undefined) return error
  return new UserError(`${name}: is not a whole archive (${kind}): ${reasonOf(error).replace(/\.$/, '')}`)
}

/** The unpacked bytes of a member. Its checksum is compared at the end. */
export function memberBytes(path: string, name: string, entry: Entry, kind: string): Bytes {
  return {
    name,
    size: entry.uncompressedSize,
    async start() {
      const zip = await opened(path)
      try {
        const stream = await zip.openReadStreamPromise(entry)
        return checked(
          streamReader(stream, (error) => inWords(name, kind, error)),
          entry.crc32,
          name,
        )
      } catch (error) {
        throw inWords(name, kind, error)
      } finally {
        zip.close() // the stream keeps the file open until it ends
      }
    },
  }
}

/** Compares the checksum when all bytes are read. */
function checked(reader: ByteReader, expected: number, name: string): ByteReader {
  let sum = 0
  return {
    ...reader,
    async fill(into) {
      const count = await reader.fill(into)
      sum = crc32(into.subarray(0, count), sum)
      if (count < into.length && sum !== expected) throw new UserError(`${name}: is damaged: its checksum differs`)
      return count
    },
  }
}
