/** `train sample RUN` */
import { command, ONE_RUN } from '../command.js'
import { RUN_EXITS } from '../exit-codes.js'
import { device, engine, out, set } from '../options.js'

const STARTS = {
  noise: 'at random, by the visible biases alone',
  data: 'at samples of the test set',
} as const

export const sample = command({
  usage: 'train sample RUN',
  summary: 'draw samples from a trained RBM',
  help: `Draws samples from a trained RBM by Gibbs sampling, each by a chain of its own, or fills in a part of test samples.
RUN is the folder of a run. Writes samples.npy (states of the visible units), probabilities.npy (their probabilities)
and samples.png (a picture of the probabilities, at most 1,000 samples), and prints their paths.`,
  operands: ONE_RUN,
  options: {
    set,
    engine,
    device,
    out: {
      ...out,
      help: 'Folder for the samples, new or empty. Default: RUN/samples/1, or the next free number',
    },
    steps: { type: 'count', value: 'N', help: 'Gibbs steps of each chain', default: '1000' },
    samples: { type: 'count', value: 'N', help: 'Number of samples', default: '100', alias: 'n' },
    start: { type: 'choice', value: 'WHERE', help: 'Where the chains begin', choices: STARTS, default: 'noise' },
    inpaint: {
      type: 'text',
      value: 'MASK',
      help: 'Fill in a part of test samples: left, right, top, bottom, or where a .npy, .csv or .png is 1',
    },
    clamp: {
      type: 'text',
      value: 'label=N',
      help: 'Draw samples of class N, from an RBM with labels; label=0,1,2 takes turns',
    },
  },
  exits: RUN_EXITS,
  examples: [
    ['train sample runs/rbm-mnist-pcd/1', '100 digits, each after 1000 steps'],
    ['train sample runs/rbm-mnist-pcd/1 -n 20 --inpaint left', 'fill in the left halves of 20 test digits'],
    ['train sample runs/rbm-mnist-pcd/1 --start data --steps 10', 'stay close to test digits'],
    ['train sample runs/class-rbm-mnist-cd25/1 --clamp label=7', 'sevens, from an RBM with labels'],
    ['train sample runs/rbm-mnist-pcd/1 --set seed=7', 'other samples'],
  ],
  run: async ([directory], options, io) => (await import('../sample.js')).sample(directory!, options, io),
})
