/** Tells on which devices TensorFlow has computed the nodes of a step. */
import { BinaryReader } from '@bufbuild/protobuf/wire'
import { koffi } from '../../src/base/koffi.js'
import { loadForGood } from '../../src/base/shared-library.js'
import { type Handle, openLibrary } from '../../src/engine/compiled/tensorflow/c-api.js'
import { locateTensorflow } from '../../src/libtensorflow/locate.js'

/** RunOptions (tensorflow/core/protobuf/config.proto) with `trace_level` SOFTWARE_TRACE. */
const TRACED = Uint8Array.of(8, 1)

/** Does work, and returns the names of the nodes that each device has computed in its runs, by TensorFlow's name. */
export async function nodesByDevice(work: () => Promise<unknown>): Promise<ReadonlyMap<string, readonly string[]>> {
  const library = locateTensorflow()!
  const { call } = openLibrary(library, false)
  const newBuffer = loadForGood(library.file).func('void *TF_NewBuffer()')
  const found = new Map<string, string[]>()
  const real = call.TF_SessionRun
  const traced = (...given: unknown[]) => {
    const options = call.TF_NewBufferFromString(TRACED, TRACED.length)
    const metadata: Handle = newBuffer()
    const [done, status, , ...rest] = given.toReversed()
    const [session, , ...others] = rest.toReversed()
    real.async(session, options, ...others, metadata, status, (error: unknown) => {
      for (const { device, node } of nodesIn(bytesOf(metadata))) found.set(device, [...(found.get(device) ?? []), node])
      for (const buffer of [options, metadata]) call.TF_DeleteBuffer(buffer)
      ;(done as (error: unknown) => void)(error)
    })
  }
  const calls = call as unknown as Record<string, unknown>
  calls.TF_SessionRun = { async: traced }
  try {
    await work()
  } finally {
    calls.TF_SessionRun = real
  }
  return found
}

/** The bytes of a TF_Buffer { const void *data; size_t length; ... }. */
function bytesOf(buffer: Handle): Uint8Array {
  const [data, length] = new BigUint64Array(koffi.view(buffer, 16)) as unknown as [bigint, bigint]
  return length === 0n ? new Uint8Array() : new Uint8Array(koffi.view(data, Number(length))).slice()
}

/** The nodes in RunMetadata: `step_stats` has the statistics of devices, which have those of nodes. */
const nodesIn = (metadata: Uint8Array) =>
  messagesIn(metadata, 1)
    .flatMap((stats) => messagesIn(stats, 1))
    .flatMap((ofDevice) => {
      const [name] = messagesIn(ofDevice, 1)
      const nodes = messagesIn(ofDevice, 2).flatMap((node) => messagesIn(node, 1))
      return nodes.map((node) => ({ device: textOf(name!), node: textOf(node) }))
    })

/** The fields of this number that are messages or texts. */
function messagesIn(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(bytes)
  const found: Uint8Array[] = []
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === wanted) found.push(reader.bytes())
    else reader.skip(type)
  }
  return found
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
