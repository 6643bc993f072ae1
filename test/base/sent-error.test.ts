/** An error of another thread is thrown as what it was. */
import { expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { receivedError, sentError } from '../../src/base/sent-error.js'

const received = (error: unknown) => receivedError(structuredClone(sentError(error)))

test('a mistake of the user stays one', () => {
  const error = received(new UserError('x.csv: not found'))
  expect(error).toBeInstanceOf(UserError)
  expect(error.message).toBe('x.csv: not found')
})

test('a fault keeps its trace', () => {
  const fault = new TypeError('no rows')
  const error = received(fault)
  expect(error).not.toBeInstanceOf(UserError)
  expect(error).toMatchObject({ message: 'no rows', stack: fault.stack })
})

test('a value that is no error becomes one', () => {
  const error = received('out of order')
  expect(error.message).toBe('out of order')
  expect(error.stack).toContain('sent-error')
})
