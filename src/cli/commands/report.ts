/** `train report RUN` */
import { command, ONE_RUN } from '../command.js'
import { RUN_EXITS } from '../exit-codes.js'
import { device, engine } from '../options.js'

export const report = command({
  usage: 'train report RUN',
  summary: 'write a page about a run: curves, test results, model, data',
  help: `Writes one HTML file about a finished run, which needs no network and no other
file: measures, expectations and their outcome, learning curves to look into,
what the model makes of its test rows, its worst mistakes, the model, the data,
the environment and the spec. RUN is the folder of a run, such as
runs/mnist-mlp/1.`,
  operands: ONE_RUN,
  options: {
    output: {
      type: 'text',
      value: 'FILE',
      alias: 'o',
      help: 'Write the page to this file. Default: report.html in the folder of the run',
    },
    'without-test': { type: 'flag', help: 'Leave out the test rows, which are read and computed anew' },
    engine: { ...engine, help: "Engine that computes the answers. Default: the spec's, or auto" },
    device,
  },
  exits: RUN_EXITS,
  examples: [
    ['train report runs/mnist-mlp/1', 'write runs/mnist-mlp/1/report.html'],
    ['train report runs/mnist-mlp/1 --without-test -o page.html', 'write what is known without the test rows'],
  ],
  run: async ([directory], options, io) => (await import('../run-report.js')).reportRun(directory!, options, io),
})
