/** Gives the data of a run to the hosts that do not have their files: a pack, which each gets once. */
import { createHash } from 'node:crypto'
import { read } from 'node:fs'
import { promisify } from 'node:util'
import { formatBytes } from '../base/bytes.js'
import { UserError } from '../base/issue.js'
import { once } from '../base/once.js'
import type { DataRequest } from '../data/load.js'
import type { Pack } from '../data/packs/pack-file.js'
import { patient, UNWATCHED } from '../data/watch.js'
import type { HostLink, OfferedPack } from '../hosts/host-link.js'
import type { GroupOptions } from '../hosts/train-group.js'
import { createTransferReporter } from '../report/transfer.js'
import type { OwnDataSpec } from '../spec/own-data.js'
import type { DataSpec, ResolvedSpec } from '../spec/spec.js'
import { targetKindOf } from '../spec/target-kinds.js'
import { type Io, mayRedraw } from './io.js'
import { withSpinner } from './spinner.js'

export interface DataSupply {
  readonly supply: NonNullable<GroupOptions['supply']>
  /** Bytes that hosts have of the data: the most that each had at a time. */
  sent(): number
}

export interface SupplyOptions {
  readonly spec: ResolvedSpec
  /** The field `data` before anything was decided, so that this machine finds the pack too. */
  readonly given: DataSpec
  /** True if nothing is said that is no problem. */
  readonly isQuiet: boolean
  readonly io: Io
  note(line: string): void
}

/** Data sets that come with the program are on every host. */
export function dataSupply(options: SupplyOptions): DataSupply {
  const { given, isQuiet, io, note } = options
  const most = new Map<string, number>()
  const sent = () => [...most.values()].reduce((sum, bytes) => sum + bytes, 0)
  if (!('source' in given)) return { supply: async () => new Map(), sent }
  const files = once(() => filesOf(options, given))
  const packed = once(() => packOf(options, given))
  /** Hosts that have the pack. */
  const supplied = new WeakMap<HostLink, string>()
  const send = async (link: HostLink, pack: OfferedPack, from: number, signal: AbortSignal) => {
    const file = `${formatBytes(pack.bytes)} of data to ${link.name}`
    const reporter = isQuiet
      ? null
      : createTransferReporter(io.stderr, mayRedraw(io, io.stderr), () => performance.now())
    const tell = patient(reporter ?? UNWATCHED.listener)
    try {
      await link.send(pack, from, {
        signal,
        progress(done) {
          most.set(link.name, Math.max(done, most.get(link.name) ?? 0))
          tell({ verb: 'Sending', file, done, total: pack.bytes })
        },
      })
    } finally {
      reporter?.close()
    }
    note(`Sent ${from === 0 ? '' : 'the rest of '}${file}, which keeps them for further runs.`)
  }
  return {
    sent,
    async supply(members, signal) {
      const facts = await unless(signal, files())
      const lacking = await unless(
        signal,
        without(members, async (link) => supplied.has(link) || link.has(facts)),
      )
      if (lacking.length === 0) return found(members, supplied)
      const pack = await unless(signal, packed())
      const offers = lacking.map(async (link) => ({ link, from: await link.offer(pack) }))
      // one after another: all bytes leave by the same wire
      for (const { link, from } of await unless(signal, Promise.all(offers))) {
        if (from < pack.bytes) await send(link, pack, from, signal)
        else note(`${link.name} has the data already (${formatBytes(pack.bytes)}).`)
        supplied.set(link, pack.sha256)
      }
      return found(members, supplied)
    },
  }
}

const found = (members: readonly HostLink[], packs: WeakMap<HostLink, string>): ReadonlyMap<HostLink, string> =>
  new Map(
    members.flatMap((link): [HostLink, string][] => {
      const pack = packs.get(link)
      return pack === undefined ? [] : [[link, pack]]
    }),
  )

/** The values for which something does not hold. */
async function without<Value>(all: readonly Value[], holds: (one: Value) => Promise<boolean>): Promise<Value[]> {
  const each = await Promise.all(all.map(holds))
  return all.filter((_, index) => !each[index])
}

function requestOf({ spec }: SupplyOptions, data: OwnDataSpec) {
  const { seed, fit, ...rest }: DataRequest = spec
  return { data, seed, fit, kindOf: targetKindOf(rest), watch: UNWATCHED }
}

async function filesOf(options: SupplyOptions, data: OwnDataSpec) {
  const { filesBehind } = await import('../data/own/sent-data.js')
  return filesBehind(requestOf(options, data))
}

/** Packs the data, unless that was done before, and names the pack by its bytes. */
async function packOf(options: SupplyOptions, data: OwnDataSpec): Promise<OfferedPack> {
  const { packOwn } = await import('../data/own/sent-data.js')
  const { isQuiet, io, note } = options
  const work = async (progress?: (done: number, of: number) => void) => {
    const { pack, packed } = await packOwn(requestOf(options, data), progress ?? (() => {}))
    return { packed, offered: await offeredOf(pack) }
  }
  const { packed, offered } = isQuiet ? await work() : await withSpinner('Packing the data', io, work)
  if (packed !== undefined) note(packed)
  return offered
}

const readAt = promisify(read)

/** Bytes that are read at a time. */
const AT_ONCE = 2 ** 20

async function offeredOf({ path, descriptor, bytes }: Pack): Promise<OfferedPack> {
  const part = async (position: number, count: number) => {
    const into = new Uint8Array(count)
    for (let at = 0; at < count; ) {
      const { bytesRead } = await readAt(descriptor, into, at, count - at, position + at)
      if (bytesRead === 0) throw new UserError(`${path}: the file is cut short; another program has changed it`)
      at += bytesRead
    }
    return into
  }
  const hash = createHash('sha256')
  for (let at = 0; at < bytes; at += AT_ONCE) hash.update(await part(at, Math.min(AT_ONCE, bytes - at)))
  return { sha256: hash.digest('hex'), bytes, read: part }
}

/** Waits for work, which goes on without anybody if the signal is aborted. Then throws its reason. */
function unless<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
