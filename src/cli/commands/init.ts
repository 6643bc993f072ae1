/** `train init [FILE...]` */
import { command } from '../command.js'
import { ENDED_EXITS, EXIT_WORDS } from '../exit-codes.js'

export const init = command({
  usage: 'train init [FILE...]',
  summary: 'write a spec for your data',
  help: `Looks at data of your own, writes a spec that trains on them, and says what to
do next. FILE holds a table or arrays (.csv, .tsv, .jsonl, .parquet, .npy,
.npz, .h5, .idx), or it is a folder of pictures, sounds or texts by class. In a
terminal it asks for what is not given; a question that shows a value in
brackets takes it when you press Enter. \`train data\` shows more of them.`,
  operands: { least: 0, most: Number.POSITIVE_INFINITY, few: '', many: '' },
  options: {
    target: { type: 'text', value: 'COLUMN', help: 'The column of FILE to predict' },
    output: {
      type: 'text',
      value: 'SPEC',
      alias: 'o',
      help: 'Write the spec to this new file. Default: the name of FILE with .json',
    },
    yes: { type: 'flag', alias: 'y', help: 'Ask nothing' },
  },
  exits: { done: EXIT_WORDS.done, badInput: EXIT_WORDS.badInput, ...ENDED_EXITS },
  examples: [
    ['train init', 'answer a few questions'],
    ['train init iris.csv --target species', 'ask nothing about the data; writes iris.json'],
    ['train init photos/ -o photos.json --yes', 'classes of pictures in folders, for a script'],
  ],
  run: async (files, options, io) => (await import('../init.js')).initSpec(files, options, io),
})
