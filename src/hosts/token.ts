/** The secret that the hosts of a group share, and how each proves to the other that it knows it. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { open } from 'node:fs/promises'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { quotedWord } from '../base/shell-word.js'

export type Token = Buffer

/** Limits of a token, characters. */
const LEAST = 16
const MOST = 4096

/** The permissions of others on a file. */
const OF_OTHERS = 0o077

/** Reads a token from its file. Throws a UserError if others may read the file, or if the token is short. */
export async function readToken(path: string): Promise<Token> {
  return inWords('read the token', async () => {
    const file = await open(path)
    try {
      const { mode } = await file.stat()
      if ((mode & OF_OTHERS) !== 0) {
        throw new UserError(
          `Others may read the token in ${path}. Allow it to yourself alone: chmod 600 ${quotedWord(path)}`,
        )
      }
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST + 2), 0, MOST + 2, 0)
      const text = buffer.toString('utf8', 0, bytesRead).trim()
      if (text.length >= LEAST && text.length <= MOST) return Buffer.from(text)
      throw new UserError(
        `The token in ${path} has ${text.length > MOST ? `more than ${MOST}` : text.length} characters, must have from ${LEAST} to ${MOST}. A new one: (umask 077; openssl rand -hex 32 > ${quotedWord(path)})`,
      )
    } finally {
      await file.close()
    }
  })
}

/** A number that is used once, so that a proof of another connection is worth nothing. */
export const newNonce = (): string => randomBytes(32).toString('hex')

/** The two ends of a connection. Each has proofs of its own, so that none can be sent back to who made it. */
export type Role = 'chief' | 'worker'

export interface Nonces {
  readonly chief: string
  readonly worker: string
}

/** HMAC-SHA256 (RFC 2104) of the role and both nonces, with the token as key; in hexadecimal digits. */
export const proofOf = (token: Token, role: Role, { chief, worker }: Nonces): string =>
  createHmac('sha256', token).update(`trainspec hosts, ${role}\n${chief}\n${worker}`).digest('hex')

/** Compares in a time that does not depend on the digits. */
export const isProof = (found: string, token: Token, role: Role, nonces: Nonces): boolean => {
  const [given, right] = [found, proofOf(token, role, nonces)].map((text) => Buffer.from(text, 'hex'))
  return given!.length === right!.length && timingSafeEqual(given!, right!)
}
