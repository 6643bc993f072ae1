/** Formats the report of `train verify-resume`. */
import type { VerifyReport } from '../export/verify-report.js'
import { cut, tableLines, wrapped } from './table.js'

/** Characters of a path and of a difference. */
const [PATH, DIFFERENCE] = [50, 100]

export function verifyLines({ compared, kills, failure, left_out }: VerifyReport): string[] {
  const rows = compared.map(({ file, bytes, difference }) => [
    cut(file, PATH),
    bytes.toLocaleString('en'),
    difference === null ? 'equal' : `DIFFERS: ${cut(difference, DIFFERENCE)}`,
  ])
  const different = compared.filter(({ equal }) => !equal).length
  const times = kills.length === 1 ? 'once' : `${kills.length} times`
  return [
    ...tableLines([['file', 'bytes', ''], ...rows], 'lrl'),
    '',
    ...wrapped(`Not compared: ${left_out.map(({ files, what }) => `${files}: ${what}`).join('; ')}.`),
    '',
    failure !== null
      ? `FAILED: killed ${times}, and then ${failure}`
      : different === 0
        ? `Killed ${times}, and all ${compared.length} files are equal.`
        : `Killed ${times}, and ${different} of ${compared.length} files DIFFER.`,
  ]
}
