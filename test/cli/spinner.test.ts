/** The spinner is drawn on a terminal only. */
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { withSpinner } from '../../src/cli/spinner.js'

/** Text of the spinner. */
async function written(
  window: { isTTY: boolean; columns?: number },
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const stream = Object.assign(new PassThrough(), window, { clearLine() {}, cursorTo() {}, moveCursor() {} })
  const io = { stderr: stream as unknown as NodeJS.WriteStream, env }
  expect(await withSpinner('Waiting', io, async () => 7)).toBe(7)
  return String(stream.read() ?? '')
}

test('is drawn on a terminal', async () => expect(await written({ isTTY: true, columns: 80 })).toContain('Waiting'))

test.each([
  ['no terminal', { isTTY: false }],
  ['a terminal that tells no size', { isTTY: true, columns: 0 }],
])('is not drawn on %s', async (_, window) => expect(await written(window)).toBe(''))

test('is not drawn if the cursor cannot move', async () =>
  expect(await written({ isTTY: true, columns: 80 }, { TERM: 'dumb' })).toBe(''))
