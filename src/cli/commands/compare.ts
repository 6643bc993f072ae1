/** `train compare RUN RUN...` */
import { command } from '../command.js'
import { EXIT_WORDS, RUN_EXITS } from '../exit-codes.js'
import { json } from '../options.js'

export const compare = command({
  usage: 'train compare RUN RUN...',
  summary: 'compare finished runs',
  help: `Compares finished runs: where their specs differ, the measures of their models,
their best epochs, their time, and their curves on one scale. RUN is the folder
of a run, such as runs/mnist-mlp/1, or its history.json. The comparison goes to
standard output.`,
  operands: {
    least: 2,
    most: 64,
    few: 'Fewer than two runs are given',
    many: 'At most 64 runs can be compared',
  },
  options: {
    json,
    markdown: { type: 'flag', help: 'Print tables in Markdown, for a pull request or a page' },
  },
  exits: { done: EXIT_WORDS.done, badInput: RUN_EXITS.badInput },
  examples: [
    ['train compare runs/mnist-mlp/1 runs/mnist-mlp/2', 'see what a change did'],
    ['train compare runs/a/1 runs/a/2 runs/a/3 --markdown', 'compare several runs, in tables to share'],
    ['train compare runs/a/1 runs/b/1 --json', 'for a program; its schema is specs/compare.schema.json'],
  ],
  run: async (runs, options, io) => (await import('../compare.js')).compare(runs, options, io),
})
