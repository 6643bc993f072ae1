import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { peakMemory } from '../../src/base/peak-memory.js'

test('the peak is at least the memory in use, and stays', () => {
  const block = new Uint8Array(2e8).fill(1)
  const peak = peakMemory()
  expect(peak).toBeGreaterThan(2e8 + block[0]!)
  expect(peakMemory()).toBeGreaterThanOrEqual(peak)
})

test.runIf(process.platform === 'linux')('the peak of a process is not that of the one that started it', () => {
  const block = new Uint8Array(4e8).fill(1)
  const script = join(import.meta.dirname, '../../bench/peak-memory.js')
  const { stdout } = spawnSync(process.execPath, [`--import=${script}`, '-e', '0'], { encoding: 'utf8' })
  expect(Number(stdout)).toBeLessThan(200 * block[0]!)
})
