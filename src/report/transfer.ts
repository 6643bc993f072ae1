/** Shows the progress of a download or copy: a bar on a terminal, else a line now and then. */
import { formatBytes } from '../base/bytes.js'
import type { Transfer, TransferListener } from '../base/transfer.js'
import { columnsOf, liveLine } from './live-line.js'
import { formatDuration } from './numbers.js'

/** The lines that it says stay above the bar. */
export interface TransferReporter extends TransferListener {
  /** Ends the line of the bar. */
  close(): void
}

const DRAW_EVERY_MS = 100
const LINE_EVERY_MS = 10_000
const WIDTH = 30

export function createTransferReporter(
  stream: NodeJS.WriteStream,
  redraws: boolean,
  now: () => number,
): TransferReporter {
  const live = redraws ? liveLine(stream) : undefined
  let under: { key: string; began: number; from: number } | undefined
  let told = Number.NEGATIVE_INFINITY
  return {
    progress(transfer) {
      const key = `${transfer.verb} ${transfer.file}`
      const isNew = key !== under?.key
      const isDone = transfer.total !== null && transfer.done >= transfer.total
      if (isNew || !under) under = { key, began: now(), from: transfer.done }
      const since = now() - told
      if (live ? !isNew && !isDone && since < DRAW_EVERY_MS : !isNew && since < LINE_EVERY_MS) return
      told = now()
      const seconds = (now() - under.began) / 1000
      const rate = seconds > 0.5 ? (transfer.done - under.from) / seconds : 0
      if (!live) stream.write(`${lineOf(transfer, rate)}\n`)
      else live.draw(barOf(transfer, rate, columnsOf(stream)))
    },
    say(line) {
      if (live) live.end(line)
      else stream.write(`${line}\n`)
    },
    close: () => live?.leave(),
  }
}

/** `Downloading x.whl: 120.0 MB of 274.0 MB - 12.3 MB/s - 13 s left` */
function lineOf(transfer: Transfer, rate: number): string {
  return `${transfer.verb} ${transfer.file}: ${numbersOf(transfer, rate)}`
}

/** `Downloading [=====>....] 120.0 MB of 274.0 MB - 12.3 MB/s - 13 s left - x.whl`, cut off if it is too long. */
function barOf(transfer: Transfer, rate: number, columns: number): string {
  const { verb, file, done, total } = transfer
  const full = total === null ? 0 : total === 0 ? WIDTH : Math.min(WIDTH, Math.floor((done / total) * WIDTH))
  const bar = `${'='.repeat(full)}${full < WIDTH ? '>' : ''}`.padEnd(WIDTH, '.')
  const numbers = numbersOf(transfer, rate)
  const text = `${verb}${total === null ? '' : ` [${bar}]`} ${numbers} - ${file}`
  return (text.length <= columns ? text : `${verb} ${numbers}`).slice(0, columns)
}

/** `120.0 MB of 274.0 MB - 12.3 MB/s - 13 s left` */
function numbersOf({ done, total, unit }: Transfer, rate: number): string {
  const format = unit === 'rows' ? (rows: number) => `${rows.toLocaleString('en')} rows` : formatBytes
  const amount = total === null ? format(done) : `${format(done)} of ${format(total)}`
  if (rate <= 0 || (total !== null && done >= total)) return amount
  const left = total === null ? '' : ` - ${formatDuration((total - done) / rate)} left`
  return `${amount} - ${format(Math.round(rate))}/s${left}`
}
