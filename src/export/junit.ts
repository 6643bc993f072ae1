/** Checks as JUnit XML, which CI servers show as the results of tests: the format that Jenkins' xUnit plugin specifies. */
import { visible } from '../base/visible.js'
import type { Check } from './check-report.js'

/** A failed check is a test case with a failure. `time` in seconds. */
export function junitText(name: string, checks: readonly Check[], time: number): string {
  const failed = checks.filter(({ passed }) => !passed).length
  const counts = { name: `trainspec ${name}`, tests: checks.length, failures: failed, errors: 0, time: time.toFixed(3) }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes(counts)}>`,
    `  <testsuite${attributes({ ...counts, skipped: 0 })}>`,
    ...checks.flatMap((check) => testCase(name, check)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function testCase(spec: string, { group, name, passed, words }: Check): string[] {
  const start = `    <testcase${attributes({ name, classname: `${spec}.${group}`, time: 0 })}`
  if (passed) return [`${start}/>`]
  return [
    `${start}>`,
    `      <failure${attributes({ type: 'check', message: words })}>${escaped(words)}</failure>`,
    '    </testcase>',
  ]
}

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('')

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** XML can hold neither control characters nor half of a pair of surrogates, nor U+FFFE and U+FFFF. */
const escaped = (text: string): string =>
  visible(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (character) => ENTITIES[character]!)
