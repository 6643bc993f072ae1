/** Formats the report of `train bench` as a table. */
import { formatBytes } from '../base/bytes.js'
import type { BenchReport } from '../export/bench-report.js'
import { formatMilliseconds, threeDigits } from './numbers.js'
import { tableLines, wrapped } from './table.js'

export function benchLines(report: BenchReport): string[] {
  const { name, batch_size: batch, precision, rounds, steps_per_turn: steps, budget_ms: budget } = report
  const header = ['engine', 'device', 'median', 'minimum', 'times as long', 'steps', 'peak memory']
  const rows = report.engines.map((engine) => [
    engine.name,
    engine.device,
    formatMilliseconds(engine.median_ms),
    formatMilliseconds(engine.minimum_ms),
    threeDigits(engine.ratio),
    String(engine.steps),
    formatBytes(engine.peak_memory_bytes),
  ])
  return [
    ...wrapped(
      `Training step of ${name}, batch ${batch}, ${precision}; ${rounds} ${rounds === 1 ? 'turn' : 'turns'} per engine, at most ${steps} steps or ${budget / 1000} s each.`,
    ),
    '',
    ...tableLines([header, ...rows], 'llrrrrr'),
    ...(report.left_out.length + (report.auto ? 1 : 0) > 0 ? [''] : []),
    ...(report.left_out.length > 0 ? ['Skipped:'] : []),
    ...report.left_out.flatMap(({ name: engine, problem }) => wrapped(`${engine}: ${problem}`, '  ')),
    ...(report.auto ? wrapped(report.auto.note.replace(/^Engine /, 'Engine auto selects ')) : []),
  ]
}
