/** Reading any file ends, with a spec or with issues that have positions. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { formatIssue, type Issue } from '../../src/base/issue.js'
import { mutatedSpec, SPECS, settings } from './mutated-spec.js'
import { readText, saved } from './read-spec.js'

/** The same specs every time; a failure names the one at fault. */
export const SEED = 20_260_101

/** Specs with mistakes; tells how many have none after all. */
export function readsMutated(count: number): number {
  let good = 0
  fc.assert(
    fc.property(mutatedSpec(), (text) => {
      const { spec, issues } = readText(text)
      expect(spec === undefined, 'a spec, or issues').toBe(issues.length > 0)
      if (spec) good++
      const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
      for (const issue of issues) {
        expectPlaced(issue, lines)
        expectReadable(formatIssue(issue), text)
      }
    }),
    { seed: SEED, numRuns: count },
  )
  return good
}

/** Specs with values of `--set`: an issue stands in the file or at the option. */
export function readsWithSettings(count: number): void {
  fc.assert(
    fc.property(fc.constantFrom(...SPECS), settings(), (text, given) => {
      const { spec, issues } = readText(text, 'spec.json', given)
      expect(spec === undefined, 'a spec, or issues').toBe(issues.length > 0)
      const lines = text.split('\n')
      for (const issue of issues) {
        if (issue.position) expectPlaced(issue, lines)
        else expect(given.map((setting) => `--set ${setting}`)).toContain(issue.source)
        expectReadable(formatIssue(issue), text + given.join())
      }
    }),
    { seed: SEED, numRuns: count },
  )
}

function expectPlaced(issue: Issue, lines: readonly string[]): void {
  const { pointer, position, message, code } = issue
  expect(code).toMatch(/^[a-z-]+$/)
  expect(pointer).toMatch(/^($|\/)/)
  expect(position, 'a position').toBeDefined()
  const { line, column } = position!
  expect(line).toBeGreaterThanOrEqual(1)
  expect(line).toBeLessThanOrEqual(lines.length)
  expect(column).toBeGreaterThanOrEqual(1)
  expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1)
  expect(message).not.toBe('')
  expect(message.length).toBeLessThan(250)
  expect(formatIssue(issue).startsWith(`spec.json:${line}:${column}`)).toBe(true)
}

/** Words, without what a fault of ours would leave: where these stand they are the file's own. */
function expectReadable(printed: string, text: string): void {
  expect(printed).not.toMatch(/\n\s+at .*:\d+:\d+/)
  for (const trace of ['undefined', '[object Object]', 'NaN']) {
    if (!text.includes(trace)) expect(printed).not.toContain(trace)
  }
  // nothing that moves a terminal's cursor
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/)
}

/** Good specs once saved are read as the same; tells how many were good. */
export function readsSaved(count: number): number {
  let good = 0
  const text = fc.oneof(mutatedSpec(), fc.constantFrom(...SPECS))
  fc.assert(
    fc.property(text, (text) => {
      const { spec } = readText(text)
      if (!spec) return
      good++
      const again = readText(saved(spec), 'another.json')
      expect(again.issues).toEqual([])
      expect(saved(again.spec!)).toBe(saved(spec))
    }),
    { seed: 1, numRuns: count },
  )
  return good
}
