/** The progress of a download. */
import { expect, test } from 'vitest'
import type { Transfer } from '../../src/base/transfer.js'
import { createTransferReporter } from '../../src/report/transfer.js'

function shown(isTTY: boolean, columns = 100) {
  let written = ''
  let clock = 0
  const write = (text: string) => {
    written += text
  }
  const stream = { isTTY, columns, write } as unknown as NodeJS.WriteStream
  const reporter = createTransferReporter(stream, stream.isTTY, () => clock)
  return {
    at(seconds: number, done: number, verb: Transfer['verb'] = 'Downloading', total: number | null = 100e6) {
      clock = seconds * 1000
      reporter.progress({ verb, file: 'x.whl', done, total })
    },
    reporter,
    take() {
      const taken = written
      written = ''
      return taken
    },
  }
}

test('not on a terminal: a line at the beginning, and one every ten seconds', () => {
  const { at, reporter, take } = shown(false)
  at(0, 0)
  for (let second = 1; second <= 20; second++) at(second, second * 2e6)
  reporter.say('Done.')
  at(21, 0, 'Unpacking')
  reporter.close()
  expect(take()).toBe(
    [
      'Downloading x.whl: 0 bytes of 100.0 MB',
      'Downloading x.whl: 20.0 MB of 100.0 MB - 2.0 MB/s - 40 s left',
      'Downloading x.whl: 40.0 MB of 100.0 MB - 2.0 MB/s - 30 s left',
      'Done.',
      'Unpacking x.whl: 0 bytes of 100.0 MB',
      '',
    ].join('\n'),
  )
})

test('on a terminal: a bar, with the speed since its start', () => {
  const { at, reporter, take } = shown(true)
  at(0, 50e6) // half of it came earlier
  expect(take()).toBe('Downloading [===============>..............] 50.0 MB of 100.0 MB - x.whl')
  at(0.05, 51e6)
  expect(take()).toBe('')
  at(10, 60e6)
  expect(take()).toContain('[==================>...........] 60.0 MB of 100.0 MB - 1.0 MB/s - 40 s left - x.whl')
  at(10.01, 100e6)
  expect(take()).toContain('[==============================] 100.0 MB of 100.0 MB - x.whl')
  reporter.close()
  expect(take()).toBe('\n')
})

test('in a narrow window: the numbers', () => {
  const { at, take } = shown(true, 40)
  at(0, 50e6)
  expect(take()).toBe('Downloading 50.0 MB of 100.0 MB')
})

test('without a size: what has come, and how fast', () => {
  for (const [isTTY, end] of [
    [false, 'Downloading x.whl: 40.0 MB - 2.0 MB/s\n'],
    [true, 'Downloading 40.0 MB - 2.0 MB/s - x.whl'],
  ] as const) {
    const { at, take } = shown(isTTY)
    at(0, 0, 'Downloading', null)
    at(20, 40e6, 'Downloading', null)
    expect(take()).toContain(end)
  }
})
