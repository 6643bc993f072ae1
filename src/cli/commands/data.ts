/** `train data SPEC|FILE...` */
import { command } from '../command.js'
import { EXIT_WORDS } from '../exit-codes.js'
import { json, set } from '../options.js'

export const data = command({
  usage: 'train data SPEC|FILE...',
  summary: 'look at data before training',
  help: `Shows what a careful person looks at before training. SPEC is a JSON file, or
- for standard input: rows of each part, columns, label counts, repeated rows,
ranges after preparation, samples, the time for a batch, and warnings.

FILE holds a table or arrays (.csv, .tsv, .jsonl, .parquet, .npy, .npz, .h5,
.idx), or it is a pattern; several files are read one after another. With
--target, a spec is proposed that trains on them. For a folder of pictures or
texts by class, one is always proposed. The report goes to standard output.`,
  operands: {
    least: 1,
    most: Number.POSITIVE_INFINITY,
    few: 'No spec and no file is given',
    many: '',
  },
  options: {
    set,
    target: { type: 'text', value: 'COLUMN', help: 'The column of FILE to predict: proposes a spec' },
    output: {
      type: 'text',
      value: 'SPEC',
      alias: 'o',
      help: 'Write the proposed spec to this new file',
      needs: 'target',
    },
    png: {
      type: 'text',
      value: 'FILE',
      help: 'Also write a contact sheet of training pictures to this file',
    },
    json: { ...json, help: 'Print one JSON document instead of tables' },
  },
  exits: { done: EXIT_WORDS.done, badInput: EXIT_WORDS.badInput },
  examples: [
    ['train data iris.csv', 'see the columns of a table'],
    ['train data iris.csv --target species -o iris.json', 'write a spec that predicts a column'],
    ['train data iris.json', 'look at the data of a spec'],
    ['train data photos/ --png sheet.png', 'see pictures by class'],
    ['train data specs/mnist-mlp.json --json', 'for a program; its schema is specs/data.schema.json'],
  ],
  run: async (files, options, io) => (await import('../data.js')).lookAtData(files, options, io),
})
