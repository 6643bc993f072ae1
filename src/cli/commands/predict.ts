/** `train predict RUN DATA` */
import { FORMATS } from '../../export/predictions/formats.js'
import { command } from '../command.js'
import { RUN_EXITS } from '../exit-codes.js'
import { device, engine } from '../options.js'

export const predict = command({
  usage: 'train predict RUN DATA',
  summary: 'compute the answers of a trained model',
  help: `Computes the answers of a trained model for new rows: for classes the name and
the probability of each, for numbers the value. RUN is the folder of a run.
DATA is a file or a folder as "source" in a spec has it, NAME=FILE for arrays by
name, a data set that comes with the program, or - for CSV or JSON Lines on
standard input. It needs no column of targets. Rows are prepared as in training,
and answers are written in the order of the rows, while they are computed.`,
  operands: { least: 2, most: 64, few: 'A run and data must be given', many: 'Too many files are given' },
  options: {
    out: {
      type: 'text',
      value: 'FILE',
      help: 'File to write. Default: standard output',
    },
    format: {
      type: 'choice',
      value: 'FORMAT',
      help: 'Format of the answers. Default: by the ending of --out, else csv',
      choices: FORMATS,
    },
    keep: {
      type: 'texts',
      value: 'COLUMNS',
      help: 'Columns of the data to write before the answers, separated by commas. Repeatable',
    },
    output: {
      type: 'text',
      value: 'LAYER',
      help: 'Write the output of this layer, or of this output of the model, alone',
    },
    'on-error': {
      type: 'choice',
      value: 'WAY',
      help: 'Treatment of a row that cannot be prepared',
      choices: {
        stop: 'it ends the command',
        skip: 'its answer is left empty, and the number of such rows is printed',
      },
      default: 'stop',
    },
    engine,
    device,
  },
  exits: RUN_EXITS,
  examples: [
    ['train predict runs/iris/1 flowers.csv', 'print a line for each flower: its class, and the probabilities'],
    [
      'train predict runs/titanic/1 new.csv --keep PassengerId --out answers.csv',
      'write a file, with a column of the data',
    ],
    ['train predict runs/iris/1 - --format jsonl < new.jsonl', 'answer rows as they come through a pipe'],
    [
      'train predict runs/mnist-cnn/1 mnist-10k --output dense --out features.npy',
      'write the output of a layer as an array',
    ],
  ],
  run: async ([directory, ...data], options, io) =>
    (await import('../predict.js')).predictRun(directory!, data, options, io),
})
