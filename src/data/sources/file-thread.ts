/** A thread that reads and decodes files. It may wait for the disk, because others go on meanwhile. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Numbers } from '../../base/field.js'
import { readWholeSync } from '../../base/read-file.js'
import { limiter } from './ahead.js'
import { MOST_BYTES } from './file-column.js'
import { type Decode, decodeBy, type FileFacts } from './file-decoders.js'
import { CLOSE, type FilesAnswered, type FilesAsked, type FileThreadData } from './file-messages.js'

const { decoders, atOnce } = workerData as FileThreadData
const decodes = await Promise.all(decoders.map((decoder) => decodeBy(decoder, 'one')))
const limited = limiter(atOnce)

parentPort!.on('message', async (asked: FilesAsked | typeof CLOSE) => {
  if (asked === CLOSE) parentPort!.close()
  else {
    const facts = await Promise.all(
      decodes.map((decode, index) => factsOf(asked.paths[index]!, decode, asked.arrays[index]!)),
    )
    parentPort!.postMessage({ id: asked.id, facts } satisfies FilesAnswered)
  }
})
parentPort!.postMessage('ready')

function factsOf(paths: readonly (string | null)[], decode: Decode, values: Numbers): Promise<(FileFacts | null)[]> {
  const width = values.length / paths.length
  return Promise.all(
    paths.map((path, row) =>
      path === null ? null : limited(() => decodedFile(path, decode, values.subarray(row * width, (row + 1) * width))),
    ),
  )
}

/** Returns null for anything wrong: the thread that asked looks at the file itself, and finds the words. */
async function decodedFile(path: string, decode: Decode, into: Numbers): Promise<FileFacts | null> {
  try {
    const found = await decode(readWholeSync(path, MOST_BYTES), into)
    return 'problem' in found ? null : found
  } catch {
    return null
  }
}
