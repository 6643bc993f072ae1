/** `train history RUN` */
import { command, ONE_RUN } from '../command.js'
import { EXIT_WORDS, RUN_EXITS } from '../exit-codes.js'
import { HISTORY_FORMATS } from '../options.js'

export const history = command({
  usage: 'train history RUN',
  summary: 'print the history of a run in another format',
  help: `Prints the history of a finished run in a format that another program reads.
RUN is the folder of a run, such as runs/mnist-mlp/1, or its history.json.`,
  operands: ONE_RUN,
  options: {
    format: {
      type: 'choice',
      value: 'FORMAT',
      help: 'Format of the history. Default: by the name of the file, else csv',
      choices: HISTORY_FORMATS,
    },
    output: { type: 'text', value: 'FILE', alias: 'o', help: 'Write to this file instead of standard output' },
  },
  exits: { done: EXIT_WORDS.done, badInput: RUN_EXITS.badInput },
  examples: [
    ['train history runs/mnist-mlp/1', 'print one row per epoch'],
    ['train history runs/mnist-mlp/1 -o curves.vl.json', 'write a chart for Vega-Lite'],
    ['train history runs/mnist-mlp/1 --format prometheus -o mlp.prom', 'write gauges for the node exporter'],
  ],
  run: async ([run], options, io) => (await import('../history.js')).printHistory(run!, options, io),
})
