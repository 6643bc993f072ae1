/** Parses the text of a spec into a tree with positions, so that any later stage can report the place of a problem. */
import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { Issue, Position } from '../base/issue.js'
import { toPath, toPointer, within } from './pointer.js'
import { MOST_COLUMNS } from './whole.js'
import { shortened } from './words.js'

/** An issue without its position in the file. */
export interface IssueDraft extends Omit<Issue, 'source' | 'position' | 'nearest' | 'details'> {
  /** True if the position is that of the key, not of its value. */
  readonly atKey?: boolean | undefined
  readonly nearest?: string | undefined
  readonly details?: readonly string[] | undefined
}

export interface Location {
  readonly source: string
  readonly position?: Position
}

export interface SpecDocument {
  readonly source: string
  /**
   * Returns the position of a value, or of the nearest value around it that exists. If `--set` gave the value, its
   * text is the source.
   */
  locate(pointer: string): Location
  /** Completes a draft with its position. */
  issue(draft: IssueDraft): Issue
}

/** The place of a value that `--set` gave. A later one takes precedence. */
export interface Origin {
  readonly pointer: string
  readonly source: string
}

/** The result of parsing: a tree, or issues, or both. */
export interface Syntax {
  readonly text: string
  readonly tree: Node | undefined
  readonly issues: readonly Issue[]
}

/** Limit on nesting: more than any spec needs, and safe for every recursive function. */
const DEEPEST = 100

/** Limit on characters: twice as many as two thousand layers need with all their fields, one per line. */
const LONGEST = 5_000_000
/** Limit on items of a list and keys of an object: that of the longest list in the format. */
const MOST_ITEMS = MOST_COLUMNS
/** Limit on tokens. */
const MOST_TOKENS = 1_000_000

const BYTE_ORDER_MARK = '\uFEFF'

/** Parses JSON with comments and trailing commas. */
export function parseSyntax(given: string, source: string): Syntax {
  const text = given.startsWith(BYTE_ORDER_MARK) ? given.slice(1) : given
  const position = positionsIn(text)
  const issueAt = (offset: number, code: string, pointer: string, message: string): Issue => ({
    code,
    source,
    pointer,
    position: position(offset),
    message,
  })
  const excess = excessIn(text)
  if (excess) return { text, tree: undefined, issues: [issueAt(excess.offset, 'syntax', '', excess.message)] }
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true })
  if (errors.length > 0) {
    if (createScanner(text, true).scan() === END_OF_FILE) {
      return { text, tree, issues: [issueAt(0, 'syntax', '', 'found nothing, must be an object')] }
    }
    const issues = slipsIn(errors).map((error) => issueAt(error.offset, 'syntax', '', syntaxMessage(text, error)))
    const first = issues.filter(({ position }, index) => issues[index - 1]?.position?.line !== position?.line)
    return { text, tree: undefined, issues: first }
  }
  const issues = duplicateKeys(tree).map(({ node, path, key }) =>
    issueAt(
      node.offset,
      'duplicate-key',
      toPointer(path),
      `found the key "${shortened(key)}" again in the same object`,
    ),
  )
  return { text, tree, issues }
}

export function createDocument({ text, tree }: Syntax, source: string, origins: readonly Origin[]): SpecDocument {
  const position = positionsIn(text)
  const propertyOf = properties()
  function locate(pointer: string, atKey = false): Location {
    const origin = origins.findLast((one) => within(pointer, one.pointer))
    if (origin) return { source: origin.source }
    let node = tree
    let key: Node | undefined
    for (const step of toPath(pointer)) {
      const property = node?.type === 'object' ? propertyOf(node, step) : undefined
      const child = node?.type === 'array' ? node.children?.[Number(step)] : property?.children?.[1]
      if (!child) {
        // the object exists only because --set put something into it
        const inside = origins.findLast((one) => within(one.pointer, pointer))
        if (inside) return { source: inside.source }
        key = undefined
        break
      }
      node = child
      key = property?.children?.[0]
    }
    const found = atKey && key ? key : node
    return { source, position: position(found?.offset ?? 0) }
  }
  return {
    source,
    locate: (pointer) => locate(pointer),
    issue({ atKey, nearest, details, ...rest }) {
      const { source, position } = locate(rest.pointer, atKey)
      const { code, pointer, message } = rest
      return {
        code,
        source,
        pointer,
        ...(position && { position }),
        message,
        ...(nearest !== undefined && { nearest }),
        ...(details && { details }),
      }
    },
  }
}

/** Returns the value of a tree. A key `__proto__` is a key like any other. */
export function toValue(node: Node): unknown {
  if (node.type === 'array') return node.children!.map(toValue)
  if (node.type !== 'object') return node.value
  return Object.fromEntries(node.children!.map((property) => [keyOf(property), toValue(property.children![1]!)]))
}

/**
 * Returns a function that finds a property by its key, the last one if there are several. It indexes each object once.
 */
function properties(): (object: Node, key: string | number) => Node | undefined {
  const known = new WeakMap<Node, ReadonlyMap<unknown, Node>>()
  return (object, key) => {
    let byKey = known.get(object)
    if (!byKey) {
      byKey = new Map(object.children!.map((property) => [keyOf(property), property]))
      known.set(object, byKey)
    }
    return byKey.get(key)
  }
}

const keyOf = (property: Node): string => property.children![0]!.value

function duplicateKeys(
  node: Node | undefined,
  path: readonly (string | number)[] = [],
): { node: Node; path: (string | number)[]; key: string }[] {
  if (node?.type === 'array') return node.children!.flatMap((child, index) => duplicateKeys(child, [...path, index]))
  if (node?.type !== 'object') return []
  const seen = new Set<string>()
  return node.children!.flatMap((property) => {
    const key = keyOf(property)
    const own = seen.has(key) ? [{ node: property.children![0]!, path: [...path, key], key }] : []
    seen.add(key)
    return [...own, ...duplicateKeys(property.children![1], [...path, key])]
  })
}

// jsonc-parser declares these as const enums, whose values cannot be imported here
const END_OF_FILE = 17
const OPENING = [1, 3]
const CLOSING = [2, 4]
const COMMA = 5

/** Finds the place where a text exceeds a limit. It uses no recursion, because it runs before anything else. */
function excessIn(text: string): { readonly offset: number; readonly message: string } | undefined {
  if (text.length > LONGEST) {
    return { offset: LONGEST, message: `found ${counted(text.length)} characters, must be at most ${counted(LONGEST)}` }
  }
  const scanner = createScanner(text, true)
  const commas = [0]
  let tokens = 0
  for (let token: number = scanner.scan(); token !== END_OF_FILE; token = scanner.scan()) {
    const found = (message: string) => ({ offset: scanner.getTokenOffset(), message })
    if (OPENING.includes(token)) commas.push(0)
    if (CLOSING.includes(token) && commas.length > 1) commas.pop()
    if (token === COMMA) commas[commas.length - 1]!++
    if (commas.length > DEEPEST + 1) return found(`found brackets nested more than ${DEEPEST} deep`)
    if (commas.at(-1)! >= MOST_ITEMS) return found(`found more than ${counted(MOST_ITEMS)} items in one list`)
    if (++tokens > MOST_TOKENS) return found(`found more than ${counted(MOST_TOKENS)} words, numbers and signs`)
  }
  return undefined
}

const counted = (count: number): string => count.toLocaleString('en')

const EXPECTED: Readonly<Record<string, string>> = {
  InvalidSymbol: 'must be a value: a number, "text", true, false, null, [ or {',
  InvalidNumberFormat: 'must be a number',
  PropertyNameExpected: 'must be a key in double quotes',
  ValueExpected: 'must be a value',
  ColonExpected: 'must be a colon after the key',
  CommaExpected: 'must be a comma before it, or a closing bracket',
  CloseBraceExpected: 'must be a closing brace }',
  CloseBracketExpected: 'must be a closing bracket ]',
  EndOfFileExpected: 'must be the end of the file',
  UnexpectedEndOfComment: 'must be a comment that ends with */',
  UnexpectedEndOfString: 'must be text that ends with a double quote on the same line',
  UnexpectedEndOfNumber: 'must be a whole number, fraction or exponent',
  InvalidUnicode: 'must be \\u and four hexadecimal digits',
  InvalidEscapeCharacter: 'must be one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u after a backslash',
  InvalidCharacter: 'must be text without control characters; write \\n for a line break',
}

/**
 * Drops errors that only follow from another one. After an unknown word the parser also reports a missing key or value,
 * and after a missing key it reports a missing value.
 */
function slipsIn(errors: readonly ParseError[]): ParseError[] {
  const slips: ParseError[] = []
  let before = ''
  for (const error of errors) {
    const name = printParseErrorCode(error.error)
    if (name === 'PropertyNameExpected' && before === 'InvalidSymbol') {
      slips.push({ ...slips.pop()!, error: error.error })
    } else if (name === 'ValueExpected' && (before === 'InvalidSymbol' || before === 'PropertyNameExpected')) {
      before = ''
      continue
    } else slips.push(error)
    before = name
  }
  return slips
}

function syntaxMessage(text: string, { error, offset, length }: ParseError): string {
  const name = printParseErrorCode(error)
  const [token] = text.slice(offset, offset + length).split(/[\r\n]/, 1)
  const found = offset >= text.length ? 'the end of the file' : shortened(token!)
  return `found ${found}, ${EXPECTED[name] ?? `not JSON (${name})`}`
}

/** Returns a function from an offset to its line and column, counted from 1. */
function positionsIn(text: string): (offset: number) => Position {
  const starts = [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), (end) => end.index + end[0].length)]
  return (offset) => {
    let line = 0
    // the last line that starts at the offset or before it
    for (let next = starts.length; next - line > 1; ) {
      const middle = (line + next) >>> 1
      if (starts[middle]! <= offset) line = middle
      else next = middle
    }
    return { line: line + 1, column: offset - starts[line]! + 1 }
  }
}
