/** `train plot RUN...` */
import { command } from '../command.js'
import { EXIT_WORDS, RUN_EXITS } from '../exit-codes.js'

export const plot = command({
  usage: 'train plot RUN...',
  summary: 'draw the learning curves of runs',
  help: `Draws the learning curves of finished runs: training and validation, the
learning rate, and the best epoch. RUN is the folder of a run, such as
runs/mnist-mlp/1, or its history.json. Runs whose specs differ by the seed
alone are drawn as their mean, with a band from the least to the largest value.
The picture of one run is written to plots/curves.svg in its folder; several
runs need -o or --term.`,
  operands: {
    least: 1,
    most: 64,
    few: 'No run is given',
    many: 'At most 64 runs can be drawn',
  },
  options: {
    output: {
      type: 'text',
      value: 'FILE',
      alias: 'o',
      help: 'Write the picture to this file: .svg or .png, by its name',
    },
    term: { type: 'flag', help: 'Draw in the terminal, on standard output, instead of a file' },
    theme: {
      type: 'choice',
      value: 'NAME',
      help: 'Colours of the picture',
      choices: {
        auto: "light or dark, as the reader's screen is; a .png file is light",
        light: 'on white',
        dark: 'on black',
      },
      default: 'auto',
    },
    each: { type: 'flag', help: 'Draw each run for itself, also those that differ by their seed alone' },
  },
  exits: { done: EXIT_WORDS.done, badInput: RUN_EXITS.badInput },
  examples: [
    ['train plot runs/mnist-mlp/1', 'write runs/mnist-mlp/1/plots/curves.svg'],
    ['train plot runs/mnist-mlp/1 runs/mnist-mlp/2 -o both.png', 'compare runs in one picture'],
    ['train plot runs/mnist-mlp/1 --term', 'look at the curves in the terminal'],
  ],
  run: async (runs, options, io) => (await import('../plot.js')).plotRuns(runs, options, io),
})
