/** Issues as a compiler would print them. */
import { expect, test } from 'vitest'
import { formatIssue, type Issue, UserError } from '../../src/base/issue.js'

const issue: Issue = {
  code: 'range',
  source: 'specs/x.json',
  pointer: '/model/layers/2/rate',
  position: { line: 9, column: 31 },
  message: 'found 1.5, must be at least 0 and below 1',
}

test('an issue has its place, its pointer and its message', () => {
  expect(formatIssue(issue)).toBe('specs/x.json:9:31 /model/layers/2/rate: found 1.5, must be at least 0 and below 1')
})

test('the whole document has no pointer, and a value from outside of a file has no position', () => {
  const { position: _, ...unplaced } = issue
  expect(formatIssue({ ...unplaced, source: '--set fit.epochs=0', pointer: '' })).toBe(
    '--set fit.epochs=0: found 1.5, must be at least 0 and below 1',
  )
})

test('a near name is suggested, and details are below', () => {
  const text = formatIssue({ ...issue, message: 'unknown type "Droput"', nearest: 'Dropout', details: ['one', 'two'] })
  expect(text).toBe(
    'specs/x.json:9:31 /model/layers/2/rate: unknown type "Droput"; did you mean "Dropout"?\n    one\n    two',
  )
})

test("a user's mistake carries its issues", () => {
  const error = new UserError('2 issues', [issue])
  expect(error).toBeInstanceOf(Error)
  expect(error.issues).toEqual([issue])
  expect(new UserError('plain').issues).toEqual([])
})

test('invisible characters and control characters are written as numbers', () => {
  const text = formatIssue({
    ...issue,
    pointer: '/\u001b[31m',
    message: 'found \u00a0\ufeff\u202e\n\ud800, 學 \u{1F600}',
  })
  expect(text).toBe('specs/x.json:9:31 /\\u001b[31m: found \\u00a0\\ufeff\\u202e\\u000a\\ud800, 學 \u{1F600}')
})
