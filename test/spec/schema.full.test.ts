/** The schema and zod agree on many documents. */
import { expect, test } from 'vitest'
import { agreeOnMutated } from '../support/schema-and-zod.js'

test('they agree on whatever is read', () => {
  const valid = agreeOnMutated(1_000)
  expect(valid).toBeGreaterThan(50)
  expect(valid).toBeLessThan(900)
})
