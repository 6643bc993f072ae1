/** Threads that make the batches of an augmented table ahead of the steps that need them. */
import { Worker } from 'node:worker_threads'
import { UserError } from '../../base/issue.js'
import { processors } from '../../base/processors.js'
import { receivedError } from '../../base/sent-error.js'
import { type BatchOptions, partOf, rowsOfBatches, type TableBatch } from '../batches.js'
import { ONCE } from '../steps/binary-draws.js'
import { firstRows } from '../table.js'
import type { Clock } from '../timed.js'
import type { AugmentedTable } from './augmented-table.js'
import type { Finished, Share, ThreadData } from './batch-messages.js'
import { sharedRoom } from './stored-rows.js'

/** Batches in memory at a time: two that are in use, and those that are made ahead. */
const ROOMS = 4
const AHEAD = ROOMS - 1

/** More threads rarely help. */
const MOST_THREADS = 8

/** All processors but the one that trains. With one processor there is no thread, and batches are made in between. */
export const defaultThreads = (): number => Math.min(processors() - 1, MOST_THREADS)

export interface BatchThreads {
  /**
   * Yields the same batches as `batches`, also for the same time. The clock counts how long they are waited for. A
   * UserError of a thread is thrown here.
   */
  batches(options: BatchOptions, clock: Clock): AsyncGenerator<TableBatch>
  /** Ends the threads. */
  close(): Promise<void>
}

/** `count` threads, which start with the first batch; each makes its share of the rows of every batch. */
export function batchThreads(table: AugmentedTable, count: number, batchSize: number): BatchThreads {
  const { rows, recipe, fields } = table
  const unfinished = new Int32Array(new SharedArrayBuffer(ROOMS * Int32Array.BYTES_PER_ELEMENT))
  const rooms = Array.from({ length: ROOMS }, () => sharedRoom(fields, Math.min(batchSize, table.count)))
  let workers: Worker[] = []
  let failure: Error | undefined
  let wake = () => {}

  function start(): Worker {
    const data: ThreadData = { rows, recipe, rooms, unfinished }
    const worker = new Worker(new URL('./batch-thread.js', import.meta.url), { workerData: data })
    const fail = (error: Error) => {
      failure ??= error
      wake()
    }
    worker.on('message', (finished: Finished) => (finished ? fail(receivedError(finished)) : wake()))
    worker.on('error', (error) => fail(isOutOfMemory(error) ? new UserError(OUT_OF_MEMORY) : (error as Error)))
    worker.unref()
    return worker
  }

  /** Waits until a batch is whole. */
  async function whole(room: number): Promise<void> {
    // a thread must not end the process when nothing else is to be done
    for (const worker of workers) worker.ref()
    while (!failure && Atomics.load(unfinished, room) > 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    for (const worker of workers) worker.unref()
    if (failure) throw failure
  }

  function send(room: number, batch: Uint32Array, epoch: number): void {
    const share = Math.ceil(batch.length / count)
    const shares: Share[] = []
    for (let at = 0; at < batch.length; at += share) shares.push({ room, rows: batch.slice(at, at + share), at, epoch })
    Atomics.store(unfinished, room, shares.length)
    for (const [index, one] of shares.entries()) workers[index]!.postMessage(one)
  }

  return {
    async *batches(options, clock) {
      if (workers.length === 0) workers = Array.from({ length: count }, start)
      // an epoch may have ended before its last batch
      for (let room = 0; room < ROOMS; room++) await whole(room)
      const { epoch = ONCE } = options
      const order = rowsOfBatches(table, options)
      const sent: Pick<TableBatch, 'size' | 'share'>[] = []
      const sendNext = () => {
        const next = order.next()
        if (next.done) return
        const { rows, ...share } = partOf(next.value, options.part)
        send(sent.length % ROOMS, rows, epoch)
        sent.push({ size: rows.length, ...share })
      }
      for (let ahead = 0; ahead < AHEAD; ahead++) sendNext()
      for (let done = 0; done < sent.length; done++) {
        const room = done % ROOMS
        const began = performance.now()
        await whole(room)
        clock.spent += performance.now() - began
        yield { ...sent[done]!, arrays: firstRows(rooms[room]!, fields, sent[done]!.size) }
        sendNext()
      }
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()))
      workers = []
    },
  }
}

const OUT_OF_MEMORY =
  'A thread that augments pictures has no memory left; fewer --workers or a smaller "batch_size" need less.'

const isOutOfMemory = (error: unknown): boolean =>
  (error as { readonly code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY'
