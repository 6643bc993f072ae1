/** Parts of a sample to fill in, by names and by files. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { maskOf } from '../../src/data/mask.js'
import { temporaryFolder } from '../support/command.js'

test.each([
  ['left', [3, 4], [1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0]],
  ['right', [2, 3], [0, 0, 1, 0, 0, 1]],
  ['top', [3, 2], [1, 1, 1, 1, 0, 0]],
  ['bottom', [2, 2, 2], [0, 0, 0, 0, 1, 1, 1, 1]],
  ['left', [1, 2, 2], [1, 1, 0, 0]],
])('%s of %j', async (word, shape, mask) => expect([...(await maskOf(word, shape))]).toEqual(mask))

describe('a file', () => {
  const path = (text: string) => {
    const file = join(temporaryFolder(), 'mask.csv')
    writeFileSync(file, text)
    return file
  }

  test('has 1 for the pixels to fill in', async () => {
    expect([...(await maskOf(path('1,0\n0,0\n'), [2, 2]))]).toEqual([1, 0, 0, 0])
    expect([...(await maskOf(path('1,0,0,0\n'), [2, 2]))]).toEqual([1, 0, 0, 0])
  })

  test.each([
    ['1,0\n', 'has 2 elements, (1, 2), must have 4, the same as a sample, (2, 2)'],
    ['1,0\n0,0.5\n', 'holds 0.5, must hold only 0 and 1'],
    ['0,0\n0,0\n', 'fills in none of the 4 elements of a sample'],
    ['1,1\n1,1\n', 'fills in all of the 4 elements of a sample'],
  ])('of %j is told', async (text, words) => {
    await expect(maskOf(path(text), [2, 2])).rejects.toThrow(words)
  })
})

test.each([
  ['lefft', 'found "lefft", must be left, right, top, bottom, or a file .npy, .csv, .png; did you mean "left"?'],
  ['mask.txt', 'mask.txt: must end in one of .npy, .csv, .png'],
])('%s is told', async (text, words) => await expect(maskOf(text, [2, 2])).rejects.toThrow(words))

test('halves are of samples with rows and columns', async () => {
  await expect(maskOf('left', [7])).rejects.toThrow('"left" needs samples with rows and columns; these have shape (7,)')
})
