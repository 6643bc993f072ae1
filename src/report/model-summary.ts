/** Formats the report of `train summary`. */
import { formatBytes } from '../base/bytes.js'
import type { SummaryReport } from '../export/summary-report.js'
import { modelTable } from './model-table.js'
import { formatMilliseconds, threeDigits } from './numbers.js'
import { tableLines } from './table.js'

export function modelSummaryLines(report: SummaryReport, { color }: { readonly color: boolean }): string[] {
  const { batch_size: batch, flops, memory, explain } = report
  const rows = [
    ['arithmetic', formatFlops(flops.step), `${formatFlops(flops.step_per_sample)} per sample`],
    ['', '', `${formatFlops(flops.inference_per_sample)} per sample in inference`],
    ['memory', formatBytes(memory.total), `${formatBytes(memory.weights)} weights`],
    ['', '', `${formatBytes(memory.optimizer)} optimizer`],
    ['', '', `${formatBytes(memory.gradients)} gradients`],
    ['', '', `${formatBytes(memory.inputs)} batch and random numbers`],
    ['', '', `${formatBytes(memory.activations)} activations, at their peak`],
  ]
  return [
    ...modelTable(report, color),
    '',
    `A training step of ${batch} ${batch === 1 ? 'sample' : 'samples'}:`,
    ...indented(tableLines(rows, 'lrl')),
    ...(explain ? ['', ...explainLines(explain)] : []),
  ]
}

function explainLines({
  passes,
  steps,
  step_ms: times,
  parts: batchParts,
  operators,
}: NonNullable<SummaryReport['explain']>): string[] {
  const whole = times.inputs + times.graph + times.update
  const share = (milliseconds: number, of: number) => `${Math.round((100 * milliseconds) / of)}%`
  const between = Math.max(0, times.graph - operators.reduce((sum, { milliseconds }) => sum + milliseconds, 0))
  const parts = [
    ['batch and random numbers', times.inputs],
    ['graph', times.graph],
    ['update', times.update],
  ] as const
  return [
    'Nodes in the graph of the step:',
    ...indented(
      tableLines(
        passes.map(({ name, nodes }) => [name, String(nodes)]),
        'lr',
      ),
    ),
    '',
    `Time of a step on engine onnx, median of ${steps}:`,
    ...indented(
      tableLines(
        parts.map(([name, time]) => [name, formatMilliseconds(time), share(time, whole)]),
        'lrr',
      ),
    ),
    '',
    operatorsTitle(batchParts),
    ...indented(
      tableLines(
        [
          ...operators.map(({ operator, nodes, milliseconds }) => [
            operator,
            String(nodes),
            formatMilliseconds(milliseconds),
            share(milliseconds, times.graph),
          ]),
          ['between operators', '', formatMilliseconds(between), share(between, times.graph)],
        ],
        'lrrr',
      ),
    ),
  ]
}

/** The title of the operators of a graph that runs on so many parts of a batch. */
function operatorsTitle(parts: number): string {
  if (parts === 1) return 'Operators of the graph:'
  return parts === 2
    ? 'Operators of the graph, each run by two threads on half of the batch:'
    : `Operators of the graph, run by two threads on ${parts / 2} of ${parts} parts of the batch each:`
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`)

const SCALES = [
  [1e12, 'TFLOP'],
  [1e9, 'GFLOP'],
  [1e6, 'MFLOP'],
  [1e3, 'kFLOP'],
  [1, 'FLOP'],
] as const

/** `53.8 MFLOP` */
function formatFlops(flops: number): string {
  const [scale, unit] = SCALES.find(([scale]) => flops >= scale) ?? [1, 'FLOP']
  return `${scale === 1 ? Math.round(flops) : threeDigits(flops / scale)} ${unit}`
}
