/** `train render SPEC` */
import { command, ONE_SPEC } from '../command.js'
import { EXIT_WORDS } from '../exit-codes.js'
import { set } from '../options.js'

export const render = command({
  usage: 'train render SPEC',
  summary: 'print a spec with every default filled in',
  help: `Prints a spec with every default filled in, and with what the data decide, such
as the features of a table. The result is a valid spec that trains the same run.
SPEC is a JSON file, or - for standard input. The result goes to standard
output; paths in it are relative to the current folder.`,
  operands: ONE_SPEC,
  options: {
    set,
    output: {
      type: 'text',
      value: 'FILE',
      alias: 'o',
      help: 'Write to this file instead; paths are relative to its folder',
    },
  },
  exits: { done: EXIT_WORDS.done, badInput: EXIT_WORDS.badInput },
  examples: [
    ['train render specs/iris.json', 'see every setting of a spec'],
    ['train render specs/iris.json --set fit.epochs=5 -o five.json', 'make a new spec of a change'],
  ],
  run: async ([file], options, io) => (await import('../render.js')).renderSpec(file!, options, io),
})
