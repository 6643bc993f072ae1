/** Every name of Keras can be used in a spec, or docs/coverage.md says why not. */
import { describe, expect, test } from 'vitest'
import { coverageText, covered, type Kind, OURS } from '../support/coverage.js'
import { GAPS } from '../support/keras-gaps.js'

const firstNames = (kind: Kind, of: (one: ReturnType<typeof covered>[number]) => boolean) =>
  covered(kind)
    .filter(of)
    .map(({ keras }) => keras[0])

describe.each(Object.keys(OURS) as Kind[])('%s', (kind) => {
  test('each name of Keras is there or has a reason', () =>
    expect(firstNames(kind, ({ ours, reason }) => ours.length === 0 && reason === undefined)).toEqual([]))

  test('no name has a reason and is there', () =>
    expect(firstNames(kind, ({ ours, reason }) => ours.length > 0 && reason !== undefined)).toEqual([]))

  test('each reason belongs to a name of Keras', () => {
    const known = covered(kind).flatMap(({ keras }) => keras)
    expect(Object.keys(GAPS[kind]).filter((name) => !known.includes(name))).toEqual([])
  })
})

test('docs/coverage.md is current: run `npm run docs`', async () => {
  await expect(coverageText()).toMatchFileSnapshot('../../docs/coverage.md')
})
