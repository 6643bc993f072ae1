/** Specs with mistakes in them, drawn by fast-check: first the tree is changed, then the text. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { type Node, parseTree } from 'jsonc-parser'

/** JSON in which a key may stand twice, and a value may be any text. */
type Tree = { entries: [key: string, value: Tree][] } | { items: Tree[] } | { raw: string }

export const SPECS = ['mnist-mlp.json', 'mnist-10k.json', 'dbn-mnist.json'].map((name) =>
  readFileSync(join(import.meta.dirname, '../../specs', name), 'utf8'),
)

/** The specs that a user may write but for one mistake to six in the tree and none to three in the text. */
export const mutatedSpec = (): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: draw({ tree: { minLength: 1, maxLength: 6 }, text: { maxLength: 0 } }) },
    { weight: 1, arbitrary: draw({ tree: { maxLength: 1 }, text: { minLength: 1, maxLength: 3 } }) },
  )

/** The same, without mistakes that only a text can have: what `JSON.parse` reads. */
export const mutatedJson = (): fc.Arbitrary<string> =>
  draw({
    tree: { minLength: 1, maxLength: 6 },
    text: { maxLength: 0 },
  }).filter((text) => isJson(text))

interface Lengths {
  readonly minLength?: number
  readonly maxLength: number
}

function draw(lengths: { tree: Lengths; text: Lengths }): fc.Arbitrary<string> {
  return fc
    .record({
      base: fc.constantFrom(...SPECS),
      tree: fc.array(treeMutation, lengths.tree),
      text: fc.array(textMutation, lengths.text),
    })
    .map(({ base, tree, text }) => {
      const root = { items: [treeOf(parseTree(base)!)] }
      for (const mutate of tree) mutate(root)
      return text.reduce((all, mutate) => mutate(all), written(root.items[0] ?? { raw: '' }))
    })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function treeOf(node: Node): Tree {
  if (node.type === 'object') {
    return { entries: node.children!.map(({ children }) => [children![0]!.value, treeOf(children![1]!)]) }
  }
  if (node.type === 'array') return { items: node.children!.map(treeOf) }
  return { raw: JSON.stringify(node.value) }
}

function written(tree: Tree, indent = '\n'): string {
  if ('raw' in tree) return tree.raw
  const inner = `${indent}  `
  const [open, close, parts] =
    'items' in tree
      ? ['[', ']', tree.items.map((item) => written(item, inner))]
      : ['{', '}', tree.entries.map(([key, value]) => `${JSON.stringify(key)}: ${written(value, inner)}`)]
  return parts.length === 0 ? `${open}${close}` : `${open}${inner}${parts.join(`,${inner}`)}${indent}${close}`
}

/** Every list in a tree, its own first: items of arrays and entries of objects. */
function listsOf(tree: Tree): Tree[] {
  if ('raw' in tree) return []
  const children = 'items' in tree ? tree.items : tree.entries.map(([, value]) => value)
  return [tree, ...children.flatMap(listsOf)]
}

const NAMES = [
  ...[
    '$schema',
    'name',
    'seed',
    'engine',
    'data',
    'dataset',
    'flatten',
    'model',
    'type',
    'layers',
    'optimizer',
    'loss',
  ],
  ...[
    'metrics',
    'fit',
    'batch_size',
    'epochs',
    'validation_split',
    'early_stopping',
    'monitor',
    'expect',
    'min',
    'max',
  ],
  ...['units', 'activation', 'rate', 'shape', 'target_shape', 'learning_rate', 'momentum', 'nesterov', 'beta_1'],
  ...[
    'Sequential',
    'Input',
    'Dense',
    'Dropout',
    'Flatten',
    'Reshape',
    'relu',
    'softmax',
    'adam',
    'AdamW',
    'SGD',
    'sgd',
  ],
  ...[
    'mnist',
    'mnist-10k',
    'mse',
    'MSE',
    'acc',
    'accuracy',
    'val_loss',
    'val_acc',
    'test_acc',
    'auto',
    'onnx',
    'eager',
  ],
]
const ODD_NAMES = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '', ' ', '0', '-1', 'length'],
  ...['a/b', 'm~n', '~1', '/', '.', '$ref', 'Droput', 'batchsize', 'Sequentail', 'val_los', '\u0000', '\u001b[31m'],
  ...['\u{1F600}', 'Größe', '学習率', '\u2028', '\uD800', 'x'.repeat(300)],
]
const RAW = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-0',
    '1',
    '-1',
    '0.5',
    '1.5',
    '28',
    '784',
    '1e3',
    '1E-7',
    '1e308',
    '-1e308',
    '1e999',
  ],
  ...[
    '-1e999',
    '1e-999',
    '4294967295',
    '4294967296',
    '9007199254740993',
    '123456789012345678901234567890',
    '2147483648',
  ],
  ...['{}', '[]', '[[]]', '[{}]', '""', '[-1]', '[0]', '[784]', '[28, 28]', '{"type": 1}', '{"type": "Dense"}'],
  ...['{"min": 1, "max": 0}', `${'['.repeat(60)}${']'.repeat(60)}`, `${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`],
]
/** Values that JSON does not have. */
const NOT_JSON = ['NaN', 'Infinity', '-Infinity', '0x10', '01', '1.', '.5', '+1', "'a'", 'nul', '']

const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 3, arbitrary: fc.constantFrom(...ODD_NAMES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
)

const raw = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...RAW) },
  { weight: 4, arbitrary: name.map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(...NOT_JSON) },
)

/** Texts of `--set`: paths that lead somewhere, or nearly, and values of any kind. */
export const settings = (): fc.Arbitrary<string[]> => {
  const step = fc.oneof({ weight: 3, arbitrary: name }, { weight: 1, arbitrary: fc.nat({ max: 7 }).map(String) })
  const known = fc.constantFrom('fit.epochs', 'model.layers.1', 'model.layers.0.units', 'data', 'optimizer', 'expect')
  const path = fc.tuple(fc.oneof(known, step), fc.array(step, { maxLength: 2 })).map(([head, rest]) => [head, ...rest])
  const setting = fc.tuple(path, fc.constantFrom('=', '=', '=', '', '=='), raw)
  return fc.array(
    setting.map(([steps, equals, value]) => steps.join('.') + equals + value),
    { minLength: 1, maxLength: 3 },
  )
}

/** A mistyped name: a letter less, twice, or in the other case. */
const slip = fc
  .record({ at: fc.nat(), kind: fc.constantFrom('drop', 'double', 'case') })
  .map(({ at, kind }) => (word: string): string => {
    const place = at % Math.max(1, word.length)
    const letter = word[place] ?? ''
    const flipped = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
    return word.slice(0, place) + { drop: '', double: letter + letter, case: flipped }[kind] + word.slice(place + 1)
  })

/** Changes a place of a list: `at` finds the list and the place in it. */
const treeMutation: fc.Arbitrary<(root: Tree) => void> = fc
  .record({
    list: fc.nat(),
    at: fc.nat(),
    other: fc.nat(),
    kind: fc.constantFrom('remove', 'repeat', 'insert', 'swap', 'rename', 'slip', 'replace', 'replace', 'wrap'),
    name,
    raw,
    slip,
  })
  .map(({ list, at, other, kind, name, raw, slip }) => (root) => {
    const lists = listsOf(root)
    const tree = lists[list % lists.length]!
    if ('raw' in tree) return
    const children: unknown[] = 'items' in tree ? tree.items : tree.entries
    const place = at % Math.max(1, children.length)
    const child = children[place]
    const value: Tree = { raw }
    if (kind === 'insert') children.splice(place, 0, 'items' in tree ? value : [name, value])
    if (child === undefined) return
    const partner = other % children.length
    if (kind === 'remove') children.splice(place, 1)
    if (kind === 'repeat') children.splice(partner, 0, structuredClone(child))
    if (kind === 'swap') [children[place], children[partner]] = [children[partner], child]
    if ('items' in tree) {
      if (kind === 'replace') tree.items[place] = value
      if (kind === 'wrap') tree.items[place] = { items: [tree.items[place]!] }
      return
    }
    const entry = tree.entries[place]!
    if (kind === 'replace') entry[1] = value
    if (kind === 'wrap') entry[1] = { entries: [[name, entry[1]]] }
    if (kind === 'rename') entry[0] = name
    if (kind === 'slip') {
      const inner = entry[1]
      if ('raw' in inner && inner.raw.startsWith('"')) entry[1] = { raw: JSON.stringify(slip(JSON.parse(inner.raw))) }
      else entry[0] = slip(entry[0])
    }
  })

const BITS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    "'",
    '\\',
    '\\u12',
    '\\x',
    '\n',
    '\r',
    '\r\n',
    '\t',
    '\u0000',
    '\uFEFF',
    '\u2028',
  ],
  ...['/', '//', '/*', '*/', '/* a */', '// a\n', '#', '-', '1e', '0', 'NaN', '\u{1F600}', '\uD83D', '[[[[', '}}}}'],
]

const textMutation: fc.Arbitrary<(text: string) => string> = fc
  .record({
    at: fc.nat(),
    length: fc.nat({ max: 30 }),
    kind: fc.constantFrom('cut', 'remove', 'insert', 'insert', 'swap', 'lines', 'mark', 'repeat'),
    bit: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...BITS) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
    ),
  })
  .map(({ at, length, kind, bit }) => (text: string): string => {
    const place = at % (text.length + 1)
    const [before, after] = [text.slice(0, place), text.slice(place)]
    switch (kind) {
      case 'cut':
        return before
      case 'remove':
        return before + after.slice(length)
      case 'insert':
        return before + bit + after
      case 'swap':
        return before + after.replace(/[{}[\]]/, (bracket) => '}{]['['{}[]'.indexOf(bracket)]!)
      case 'lines':
        return text.replaceAll('\n', length % 2 === 0 ? '\r\n' : '\r')
      case 'mark':
        return `\uFEFF${text}`
      case 'repeat':
        return text + text
    }
  })
