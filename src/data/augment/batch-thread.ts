/** A thread that augments its share of the rows of each batch. */
import { parentPort, workerData } from 'node:worker_threads'
import { sentError } from '../../base/sent-error.js'
import { fromRow } from '../table.js'
import { augmentedTable } from './augmented-table.js'
import type { Finished, Share, ThreadData } from './batch-messages.js'

const { rows: stored, recipe, rooms, unfinished } = workerData as ThreadData
const table = augmentedTable(stored, recipe)

parentPort!.on('message', ({ room, rows, at, epoch }: Share) => {
  let finished: Finished = null
  try {
    table.read(rows, epoch, fromRow(rooms[room]!, table.fields, at))
    // a batch with an error is never whole
    Atomics.sub(unfinished, room, 1)
  } catch (error) {
    finished = sentError(error)
  }
  parentPort!.postMessage(finished)
})
