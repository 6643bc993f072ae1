/** `train transform RUN [DATA]` */
import { command } from '../command.js'
import { RUN_EXITS } from '../exit-codes.js'
import { device, engine, set } from '../options.js'

export const transform = command({
  usage: 'train transform RUN [DATA]',
  summary: 'compute features with a trained RBM',
  help: `Computes the probabilities of the hidden units of a trained RBM, one row per
sample, and writes them to a file. RUN is the folder of a run. DATA is a .npy or
.csv file with one sample per row. Without DATA, transforms the training and
test samples of the run, and writes their labels too. Prints the path and the
shape of each file.`,
  operands: { least: 1, most: 2, few: 'No run is given', many: 'Only one run and one file can be given' },
  options: {
    set,
    engine,
    device,
    out: {
      type: 'text',
      value: 'FILE',
      help: 'File to write, .npy or .csv. Without DATA, -train and -test are added to its name. Default: RUN/features.npy',
    },
  },
  exits: RUN_EXITS,
  examples: [
    ['train transform runs/rbm-mnist-pcd/1', 'write features-train.npy, features-test.npy and labels'],
    ['train transform runs/rbm-mnist-pcd/1 --out features.csv', 'write .csv files'],
    ['train transform runs/rbm-mnist-pcd/1 digits.npy --out hidden.npy', 'transform your own samples'],
  ],
  run: async ([directory, data], options, io) =>
    (await import('../transform.js')).transformRun(directory!, data, options, io),
})
