/** The bar of Keras 1.2.2 (keras/utils/generic_utils.py, `Progbar`; keras/callbacks.py, `ProgbarLogger`). It counts samples. */
import { formatMetricOfLine, formatMetrics } from './numbers.js'
import { barWidth, count, type EpochProgress, epochOf, type Style } from './style.js'

const WIDTH = 30

export const keras1: Style = {
  begin: ({ samples, validationSamples }) =>
    validationSamples > 0 ? [`Train on ${samples} samples, validate on ${validationSamples} samples`] : [],
  heading: epochOf,
  running(progress, width) {
    const { start, samples, elapsed, metrics } = progress
    const left = (elapsed / samples) * (start.samples - samples)
    const info = ` - ETA: ${Math.trunc(left)}s${formatMetrics(metrics)}`
    const room = barWidth(WIDTH, `${bar(progress, WIDTH)}${info}`, width)
    return room > 0 ? `${bar(progress, room)}${info}` : `${count(samples, start.samples)}${info}`.slice(0, width)
  },
  finished: (progress) =>
    `${bar(progress, WIDTH)} - ${Math.trunc(progress.elapsed)}s${formatMetrics(progress.metrics)}`,
  line: ({ elapsed, metrics }) => `${Math.trunc(elapsed)}s${formatMetrics(metrics, formatMetricOfLine)}`,
}

/** `28032/54000 [==============>...............]` */
function bar({ samples, start }: EpochProgress, width: number): string {
  const done = Math.floor((width * samples) / start.samples)
  const head = done === 0 ? '' : '='.repeat(done - 1) + (samples < start.samples ? '>' : '=')
  return `${count(samples, start.samples)} [${head}${'.'.repeat(width - done)}]`
}
