/** `train baseline SPEC` */
import { command, ONE_SPEC } from '../command.js'
import { ENDED_EXITS, EXIT_WORDS } from '../exit-codes.js'
import { device, engine, set, workers } from '../options.js'

export const baseline = command({
  usage: 'train baseline SPEC',
  summary: 'train with several seeds, for `train check`',
  help: `Trains a spec with several seeds, and writes mean and spread of every measure
into a file. With it \`train check --baseline\` knows how much of a difference is
chance. The seeds are that of the spec and those that follow it. The models are
not kept, callbacks write no files, and expectations are not checked. Ten seeds
show differences a third smaller than five do.`,
  operands: ONE_SPEC,
  options: {
    seeds: { type: 'count', value: 'K', help: 'Number of seeds', default: '5', least: 2, most: 1000 },
    output: {
      type: 'text',
      value: 'FILE',
      alias: 'o',
      default: 'baseline.json',
      help: 'Write the baseline to this file; - is standard output',
    },
    set,
    engine,
    device,
    workers,
  },
  exits: {
    done: EXIT_WORDS.done,
    badInput: EXIT_WORDS.badInput,
    diverged: 'a run diverged: its loss or a weight became NaN or infinite',
    ...ENDED_EXITS,
  },
  examples: [
    ['train baseline specs/mnist-mlp.json', 'writes baseline.json'],
    ['train baseline specs/mnist-mlp.json --seeds 10 -o mnist.json', 'trains ten times'],
    ['train check runs/mnist-mlp/1 --baseline mnist.json', 'compare a later run with it'],
  ],
  run: async ([file], options, io) => (await import('../baseline.js')).makeBaselineOf(file!, options, io),
})
