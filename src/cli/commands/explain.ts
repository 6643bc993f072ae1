/** `train explain [PATH]` */
import { command } from '../command.js'
import { EXIT_WORDS } from '../exit-codes.js'

export const explain = command({
  usage: 'train explain [PATH]',
  summary: 'explain a field of the spec',
  help: `Explains a field of the spec: its meaning, the values that are allowed, its
default, and an example. PATH names fields and types, with dots between them.
A name alone is looked for in the whole spec. Without PATH, the fields of the
spec are listed. The explanation goes to standard output.`,
  operands: { least: 0, most: 1, few: '', many: 'Only one path can be given' },
  options: {},
  exits: { done: EXIT_WORDS.done, badInput: 'the spec has no such field' },
  examples: [
    ['train explain', 'list the fields of a spec'],
    ['train explain fit.epochs', 'explain a field'],
    ['train explain model.layers.Dense', 'explain a layer and list its fields'],
    ['train explain ReduceLROnPlateau', 'find a name anywhere in the spec'],
  ],
  run: async ([path], _, io) => (await import('../explain.js')).explainPlace(path, io),
})
