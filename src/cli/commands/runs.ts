/** `train runs [FOLDER...]` */
import { command } from '../command.js'
import { ENDED_EXITS, EXIT_WORDS } from '../exit-codes.js'
import { json } from '../options.js'

export const runs = command({
  usage: 'train runs [FOLDER...]',
  summary: 'list runs: score, state, age, size',
  help: `Lists the runs in folders, the newest first: the score, the state, how long ago
training began, and the size on disk. The default folder is runs. The score is
the best value that early stopping has seen, or else a metric of validation. A
run is under way while the process that its file run.lock names is alive; one
without an end was cut off. The list goes to standard output.`,
  operands: { least: 0, most: Number.POSITIVE_INFINITY, few: '', many: '' },
  options: {
    json,
    watch: { type: 'flag', help: 'Follow the runs that are under way until all have ended' },
  },
  exits: { done: EXIT_WORDS.done, badInput: 'a problem with a folder or with the command line', ...ENDED_EXITS },
  examples: [
    ['train runs', 'list all runs of the current folder'],
    ['train runs runs/mnist-mlp --watch', 'follow the runs of a spec'],
    ['train runs --json', 'for a program; its schema is specs/runs.schema.json'],
  ],
  run: async (folders, options, io) => (await import('../runs.js')).showRuns(folders, options, io),
})
