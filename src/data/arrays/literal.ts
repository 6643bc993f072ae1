/** Reads literals of Python, as the header of a .npy file has one: strings, whole numbers, tuples, lists and dicts. */

export type Literal = string | number | boolean | null | readonly Literal[] | { readonly [key: string]: Literal }

/** Deepest literal: a type within a type within a type. */
const DEEPEST = 16

/** Returns the value; undefined if the text is no such literal. Nothing is run. */
export function parseLiteral(text: string): Literal | undefined {
  const tokens = text.match(/\s+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d+L?|[A-Za-z]+|./gs) ?? []
  const rest = tokens.filter((token) => token.trim() !== '').reverse()
  try {
    const value = takeValue(rest, 0)
    return rest.length === 0 ? value : undefined
  } catch (error) {
    if (error instanceof NoLiteral) return undefined
    throw error
  }
}

class NoLiteral extends Error {}

const WORDS: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null }

/** Takes a value from the end of `rest`, which has the tokens in reverse. */
function takeValue(rest: string[], depth: number): Literal {
  const token = rest.pop()
  if (token === undefined || depth > DEEPEST) throw new NoLiteral()
  if (token === '(' || token === '[') return listTo(token === '(' ? ')' : ']', rest, depth)
  if (token === '{') return dictOf(rest, depth)
  if (/^['"]./.test(token)) return token.slice(1, -1).replace(/\\(.)/gs, '$1')
  if (/^-?\d/.test(token)) return Number(token.replace('L', '')) // "L" is of Python 2
  if (Object.hasOwn(WORDS, token)) return WORDS[token]!
  throw new NoLiteral()
}

/** A tuple or a list. */
function listTo(close: string, rest: string[], depth: number): Literal[] {
  const list: Literal[] = []
  for (;;) {
    if (rest.at(-1) === close) break
    list.push(takeValue(rest, depth + 1))
    if (rest.at(-1) !== close && rest.pop() !== ',') throw new NoLiteral()
  }
  rest.pop()
  return list
}

function dictOf(rest: string[], depth: number): Literal {
  const entries: [string, Literal][] = []
  for (;;) {
    if (rest.at(-1) === '}') break
    const key = takeValue(rest, depth + 1)
    if (typeof key !== 'string' || rest.pop() !== ':') throw new NoLiteral()
    entries.push([key, takeValue(rest, depth + 1)])
    if (rest.at(-1) !== '}' && rest.pop() !== ',') throw new NoLiteral()
  }
  rest.pop()
  return Object.fromEntries(entries)
}
