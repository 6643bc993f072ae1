/** Reads archives of NumPy arrays (.npz): a ZIP file with a member `x.npy` for each array `x`, deflated or not. */
import { crc32 } from 'node:zlib'
import yauzl, { type Entry } from 'yauzl'
import { fileProblem } from '../../base/file-problem.js'
import { UserError } from '../../base/issue.js'
import { reasonOf } from '../../base/reason.js'
import { type ArrayFile, arrayFile } from './array-file.js'
import { type ByteReader, type Bytes, fileBytes, MOST_DEFLATED, streamReader } from './bytes.js'
import { npyBlock } from './npy.js'

const MEMBER = /\.npy$/
/** Most members of an archive. */
const MOST_MEMBERS = 10_000
/** Bytes of a member's header before its name. */
const LOCAL_HEADER = 30

/** Opens an archive. Throws a UserError if it is damaged, encrypted, or made to do harm. */
export async function openNpz(path: string, name: string, column: string | null): Promise<ArrayFile> {
  await fileBytes(path, name) // must be a file
  const members = (await entriesOf(path, name)).filter(({ fileName }) => !fileName.endsWith('/'))
  const arrays = new Map(members.map((entry) => [entry.fileName.replace(MEMBER, ''), entry]))
  const file = await arrayFile(name, [...arrays.keys()], column, (array, as) => {
    const entry = arrays.get(array)!
    if (!MEMBER.test(entry.fileName)) throw new UserError(`${name}: member ${JSON.stringify(array)} is not a .npy file`)
    return npyBlock(memberBytes(path, `${name}: ${array}`, entry), as)
  })
  return { ...file, close: () => {} }
}

const opened = (path: string) => yauzl.openPromise(path, { autoClose: false })

/** Lists the members, and checks that they can be read without harm. */
async function entriesOf(path: string, name: string): Promise<Entry[]> {
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
    throw inWords(name, error)
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
    if (entry.isEncrypted()) return `${member} is encrypted; save the arrays without a password`
    if (!entry.canDecodeFileData()) return `${member} is packed in a way that NumPy does not use`
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

function inWords(name: string, error: unknown): unknown {
  if (error instanceof UserError || fileProblem(error) !== undefined) return error
  return new UserError(`${name}: is not a whole archive (.npz): ${reasonOf(error).replace(/\.$/, '')}`)
}

function memberBytes(path: string, name: string, entry: Entry): Bytes {
  return {
    name,
    size: entry.uncompressedSize,
    async start() {
      const zip = await opened(path)
      try {
        const stream = await zip.openReadStreamPromise(entry)
        return checked(
          streamReader(stream, (error) => inWords(name, error)),
          entry.crc32,
          name,
        )
      } catch (error) {
        throw inWords(name, error)
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
