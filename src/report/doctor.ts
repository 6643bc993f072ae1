/** Formats the report of `train doctor`. */
import { styleText } from 'node:util'
import { formatBytes } from '../base/bytes.js'
import type { DoctorReport, EngineFinding } from '../export/doctor-report.js'
import { formatMilliseconds, formatRate } from './numbers.js'
import { tableLines, wrapped } from './table.js'

const INDENTATION = '  '

export interface DoctorOptions {
  readonly color: boolean
  /** The home folder of the user, which is printed as ~. */
  readonly home: string
}

export function doctorLines(report: DoctorReport, { color, home }: DoctorOptions): string[] {
  const { trainspec, node, system, auto, healthy } = report
  const paint = painter(color)
  return [
    `trainspec ${trainspec}, Node ${node}, ${system}`,
    '',
    paint('bold', 'Devices'),
    ...deviceLines(report),
    '',
    paint('bold', 'Engines'),
    ...engineLines(report.engines, paint),
    '',
    paint('bold', 'Libraries'),
    ...libraryLines(report, paint, home),
    '',
    ...(auto ? wrapped(auto.note.replace(/^Engine /, 'Engine auto selects ')) : []),
    healthy
      ? 'This machine can train.'
      : 'No compiled engine works correctly on this machine; see above for how to fix it.',
  ]
}

type Paint = (format: 'bold' | 'green' | 'red' | 'dim', text: string) => string

const painter =
  (color: boolean): Paint =>
  (format, text) =>
    color ? styleText(format, text, { validateStream: false }) : text

function deviceLines({ processor, nvidia }: DoctorReport): string[] {
  const { name, cores, features } = processor
  const has = features && features.length > 0 ? `: ${features.join(', ')}` : ''
  const driver = nvidia.cuda === null ? '' : `; driver for CUDA ${nvidia.cuda}`
  const devices = nvidia.devices.map((device, number) => `gpu:${number} ${device}`)
  const found = nvidia.problem === null ? `${devices.join(', ')}${driver}` : `none: ${nvidia.problem}`
  return tableLines(
    [
      ['Processor', `${name}, ${cores} ${cores === 1 ? 'core' : 'cores'}${has}`],
      ['NVIDIA', found],
    ],
    'll',
  ).map((line) => INDENTATION + line)
}

const USED = '✓'
const WRONG = '✗'
const THERE = '+'
const ABSENT = '-'

const MARKS = {
  right: { mark: USED, color: 'green' },
  wrong: { mark: WRONG, color: 'red' },
  unavailable: { mark: ABSENT, color: 'dim' },
} as const

const FLOAT_BYTES = 4

function engineLines(engines: readonly EngineFinding[], paint: Paint): string[] {
  const rows = engines.map(({ name, state, device, matrix_product: product, elementwise_update: update, step }) => [
    paint(MARKS[state].color, MARKS[state].mark),
    name,
    device ?? '',
    ...(product ? [formatRate(product.per_second, 'FLOP/s'), String(product.size)] : ['', '']),
    ...(update ? [formatRate(update.per_second, 'B/s'), formatBytes(FLOAT_BYTES * update.size)] : ['', '']),
    ...(step ? [formatMilliseconds(step.median_ms), formatMilliseconds(step.minimum_ms), String(step.steps)] : []),
  ])
  const measured = engines.some(({ matrix_product: product }) => product)
  const header = measured ? ['', '', '', 'product', 'n', 'update', 'array', 'step', 'minimum', 'steps'] : []
  const [top, ...lines] = tableLines([header, ...rows], 'lllrrrrrrr').map((line) => INDENTATION + line)
  return [
    ...(measured ? [paint('dim', top!)] : []),
    ...lines.flatMap((line, index) => {
      const { problem } = engines[index]!
      return problem === null ? [line] : [line, ...wrapped(problem, `${INDENTATION}   `)]
    }),
    ...(measured ? wrapped(LEGEND, INDENTATION).map((line) => paint('dim', line)) : []),
  ]
}

const LEGEND = `${USED}: trains a small network with the same results as the reference. product: of two n by n matrices. update: reads and writes two arrays. step: a training step of specs/mnist-mlp.json, median and minimum.`

function libraryLines({ engines, tensorflow }: DoctorReport, paint: Paint, home: string): string[] {
  const versions = Object.entries<string>(Object.assign({}, ...engines.map((engine) => engine.versions)))
  const short = (path: string) => path.replaceAll(`${home}/`, '~/')
  const places = tensorflow.places.map(({ source, folder, found, counts, cuda }) => [
    counts ? paint('green', USED) : found ? THERE : ABSENT,
    short(source),
    `${short(folder)}${cuda && found ? ', with CUDA' : ''}`,
  ])
  const those = `TensorFlow's C library, in the order of the search: ${USED} used, ${THERE} found but not used, ${ABSENT} not found.`
  return [
    ...(versions.length > 0 ? wrapped(versions.map((version) => version.join(' ')).join(', '), INDENTATION) : []),
    ...wrapped(those, INDENTATION),
    ...tableLines(places, 'lll').map((line) => INDENTATION + line),
    ...(tensorflow.problem === null ? [] : wrapped(tensorflow.problem, INDENTATION)),
  ]
}
