/** `train sample RUN` */
import { command, ONE_RUN } from '../command.js'
import { RUN_EXITS } from '../exit-codes.js'
import { device, engine, out, set } from '../options.js'

const STARTS = {
  noise: 'random states, drawn from the visible biases alone',
  data: 'samples of the test set',
} as const

export const sample = command({
  usage: 'train sample RUN',
  summary: 'draw samples from a trained RBM',
  help: `Draws samples from a trained RBM by Gibbs sampling, one chain per sample. With
--inpaint, fills in a part of test samples. RUN is the folder of a run. Writes
three files and prints their paths: samples.npy has the states of the visible
units, probabilities.npy has their probabilities, and samples.png shows the
probabilities of at most 1,000 samples.`,
  operands: ONE_RUN,
  options: {
    set,
    engine,
    device,
    out: {
      ...out,
      help: 'Folder for the samples; must be new or empty. Default: RUN/samples/1, or the next free number',
    },
    steps: { type: 'count', value: 'N', help: 'Gibbs steps of each chain', default: '1000' },
    samples: { type: 'count', value: 'N', help: 'Number of samples', default: '100', alias: 'n' },
    start: { type: 'choice', value: 'WHERE', help: 'First states of the chains', choices: STARTS, default: 'noise' },
    inpaint: {
      type: 'text',
      value: 'MASK',
      help: 'Fill in a part of test samples: left, right, top, bottom, or a .npy, .csv or .png file with 1 at each element to fill in',
    },
    clamp: {
      type: 'text',
      value: 'label=N',
      help: 'Draw samples of class N, from an RBM trained with labels. label=0,1,2 draws these classes in turn',
    },
  },
  exits: RUN_EXITS,
  examples: [
    ['train sample runs/rbm-mnist-pcd/1', 'draw 100 digits, each after 1000 steps'],
    ['train sample runs/rbm-mnist-pcd/1 -n 20 --inpaint left', 'fill in the left halves of 20 test digits'],
    ['train sample runs/rbm-mnist-pcd/1 --start data --steps 10', 'stay close to test digits'],
    ['train sample runs/class-rbm-mnist-cd25/1 --clamp label=7', 'draw sevens, from an RBM trained with labels'],
    ['train sample runs/rbm-mnist-pcd/1 --set seed=7', 'draw other samples'],
  ],
  run: async ([directory], options, io) => (await import('../sample.js')).sampleRun(directory!, options, io),
})
