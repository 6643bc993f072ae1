/** Events of a training, at times that a test chooses, without training. */
import { createReporter, type ReportOptions } from '../../src/report/reporter.js'
import type { EndEvent, Metrics, StartEvent, TrainingEvent } from '../../src/training/events.js'
import { endEvent } from '../export/sample-run.js'

export type Driver = ReturnType<typeof drive>

type Options = Partial<Omit<ReportOptions, 'stream' | 'now'>> & { stream: NodeJS.WriteStream; start: StartEvent }

/** A reporter, a clock that stands still between calls, and an epoch under way. */
export function drive({ start, stream, style = 'keras1', verbose = 1, color = false }: Options) {
  let seconds = 0
  let epoch = 0
  let began = 0
  const reporter = createReporter({ style, verbose, color, redraws: stream.isTTY, stream, now: () => seconds * 1000 })
  const send = (event: TrainingEvent) => reporter.onEvent(event)
  send(start)
  return {
    leave: reporter.leave,
    begin(earliestStop: number | null = null) {
      began = seconds
      send({ type: 'epochBegin', epoch: ++epoch, step: 0, seconds: 0, earliestStop })
    },
    /** A step that ends `elapsed` seconds after the epoch began. */
    step(step: number, elapsed: number, metrics: Metrics) {
      seconds = began + elapsed
      const samples = Math.min(step * start.batchSize, start.samples)
      send({ type: 'batchEnd', epoch, step, samples, metrics })
    },
    end(elapsed: number, metrics: Metrics) {
      seconds = began + elapsed
      send({ type: 'epochEnd', epoch, metrics, learningRate: 0.001, seconds: elapsed })
    },
    stop(reason: EndEvent['reason'] = 'completed') {
      send({ ...endEvent, reason, epochs: epoch })
    },
  }
}

/** A stream that is no terminal. */
export function pipe(): { readonly stream: NodeJS.WriteStream; text(): string } {
  let all = ''
  const write = (text: string) => {
    all += text
    return true
  }
  const stream = { isTTY: false, write }
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => all }
}
