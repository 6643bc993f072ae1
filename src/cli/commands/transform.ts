/** `train transform RUN [DATA]` */
import { command } from '../command.js'
import { RUN_EXITS } from '../exit-codes.js'
import { device, engine, set } from '../options.js'

export const transform = command({
  usage: 'train transform RUN [DATA]',
  summary: 'write the hidden units of a trained RBM as features',
  help: `Computes the probabilities of the hidden units of a trained RBM, one row per sample, and writes them to a file.
RUN is the folder of a run. DATA is a .npy or .csv file with one sample per row. Without DATA, the training and test
samples of the run are transformed, and their labels are written too. Prints the paths and shapes of what it wrote.`,
  operands: { least: 1, most: 2, few: 'No run is given', many: 'A run and a file at most' },
  options: {
    set,
    engine,
    device,
    out: {
      type: 'text',
      value: 'FILE',
      help: 'A .npy or .csv file; without DATA its name gets -train and -test. Default: RUN/features.npy',
    },
  },
  exits: RUN_EXITS,
  examples: [
    ['train transform runs/rbm-mnist-pcd/1', 'write features-train.npy, features-test.npy, labels'],
    ['train transform runs/rbm-mnist-pcd/1 --out features.csv', 'write text'],
    ['train transform runs/rbm-mnist-pcd/1 digits.npy --out hidden.npy', 'transform your own samples'],
  ],
  run: async ([directory, data], options, io) =>
    (await import('../transform.js')).transform(directory!, data, options, io),
})
