/** Asks questions in a terminal. */
import { createInterface } from 'node:readline/promises'
import { visible } from '../base/visible.js'
import { type Io, mayRedraw } from './io.js'

export interface Question {
  readonly text: string
  /** The answer to an empty line. */
  readonly preset?: string | undefined
  /** Answers that Tab completes. */
  readonly answers?: readonly string[]
}

/** Ctrl-C, Ctrl-D or a terminal that closes instead of an answer. */
export class Unanswered extends Error {}

/** True if there is someone to ask. */
export const canAsk = (io: Io): boolean => (io.stdin as NodeJS.ReadStream).isTTY === true && mayRedraw(io, io.stderr)

/** Returns the answer without spaces around it; asks again until there is one. Throws Unanswered. */
export async function ask({ text, preset, answers = [] }: Question, io: Pick<Io, 'stdin' | 'stderr'>): Promise<string> {
  const lines = createInterface({
    input: io.stdin,
    output: io.stderr,
    terminal: true,
    completer: (begun: string): [string[], string] => [answers.filter((answer) => answer.startsWith(begun)), begun],
  })
  const ended = new AbortController()
  lines.on('SIGINT', () => ended.abort())
  lines.on('close', () => ended.abort())
  try {
    for (;;) {
      const prompt = preset === undefined ? text : `${text} [${visible(preset)}]`
      const answer = (await lines.question(`${prompt}: `, { signal: ended.signal })).trim() || preset
      if (answer !== undefined) return answer
    }
  } catch (error) {
    if (!ended.signal.aborted) throw error
    io.stderr.write('\n')
    throw new Unanswered()
  } finally {
    lines.close()
  }
}
