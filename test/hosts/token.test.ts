import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isProof, newNonce, proofOf, readToken } from '../../src/hosts/token.js'
import { temporaryFolder } from '../support/command.js'

describe('the file of a token', () => {
  const fileWith = (text: string, mode = 0o600) => {
    const path = join(temporaryFolder({ token: text }), 'token')
    chmodSync(path, mode)
    return path
  }

  test('space around it does not count', async () => {
    expect((await readToken(fileWith('  0123456789abcdef\n'))).toString()).toBe('0123456789abcdef')
  })

  test.each([0o640, 0o604, 0o620, 0o601])('with mode %o is refused: others may read or change it', async (mode) => {
    await expect(readToken(fileWith('0123456789abcdef', mode))).rejects.toThrow(/Others may read .*chmod 600 /)
  })

  test.each([
    ['0123456789abcde\n', 'has 15 characters, must have from 16 to 4096'],
    ['', 'has 0 characters'],
    ['x'.repeat(5000), 'has more than 4096 characters'],
  ])('%j is refused', async (text, words) => {
    await expect(readToken(fileWith(text))).rejects.toThrow(words)
  })

  test('that is not there is named', async () => {
    await expect(readToken('/no/such/file')).rejects.toThrow('Cannot read the token: /no/such/file: no such file')
  })
})

describe('a proof', () => {
  const token = Buffer.from('0123456789abcdef')
  const nonces = { chief: newNonce(), worker: newNonce() }
  const proof = proofOf(token, 'chief', nonces)

  test('is right for its token, role and nonces alone', () => {
    expect(isProof(proof, token, 'chief', nonces)).toBe(true)
    expect(isProof(proof, Buffer.from('0123456789abcdeF'), 'chief', nonces)).toBe(false)
    expect(isProof(proof, token, 'worker', nonces)).toBe(false)
    expect(isProof(proof, token, 'chief', { ...nonces, worker: newNonce() })).toBe(false)
    expect(isProof(proof, token, 'chief', { chief: nonces.worker, worker: nonces.chief })).toBe(false)
    expect(isProof(proof.slice(2), token, 'chief', nonces)).toBe(false)
    expect(isProof('', token, 'chief', nonces)).toBe(false)
  })

  test('does not show the token', () => expect(proof).toMatch(/^[\da-f]{64}$/))
})
