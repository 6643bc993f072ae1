/** `train plot RUN...` */

import { PLOTS } from '../../report/plots/plot-names.js'
import { command } from '../command.js'
import { RUN_EXITS } from '../exit-codes.js'
import { device, engine } from '../options.js'

export const plot = command({
  usage: 'train plot RUN...',
  summary: 'draw learning curves or test results of runs',
  help: `Draws the learning curves of finished runs: training and validation, the
learning rate, and the best epoch. RUN is the folder of a run, such as
runs/mnist-mlp/1, or its history.json. Runs whose specs differ by the seed
alone are drawn as their mean, with a band from the least to the largest value.
With --of, draws what the model of one run answers for its test rows. The
picture of one run is written to the folder plots of the run; several runs need
-o or --term.`,
  operands: {
    least: 1,
    most: 64,
    few: 'No run is given',
    many: 'At most 64 runs can be drawn',
  },
  options: {
    of: { type: 'choice', value: 'PLOT', help: 'What to draw', choices: PLOTS, default: 'curves' },
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
    engine: { ...engine, help: "Engine that computes the answers. Default: the spec's, or auto" },
    device,
  },
  exits: RUN_EXITS,
  examples: [
    ['train plot runs/mnist-mlp/1', 'write runs/mnist-mlp/1/plots/curves.svg'],
    ['train plot runs/mnist-mlp/1 runs/mnist-mlp/2 -o both.png', 'compare runs in one picture'],
    ['train plot runs/mnist-mlp/1 --of confusion', 'see which digits are taken for which'],
    ['train plot runs/mnist-mlp/1 --term', 'look at the curves in the terminal'],
  ],
  run: async (runs, options, io) => (await import('../plot.js')).plotRuns(runs, options, io),
})
