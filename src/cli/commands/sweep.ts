/** `train sweep SPEC` */
import { PLACES } from '../../spec/sweep-places.js'
import { command, ONE_SPEC } from '../command.js'
import { ENDED_EXITS } from '../exit-codes.js'
import { device, engine, json, set, workers } from '../options.js'

export const sweep = command({
  usage: 'train sweep SPEC',
  summary: 'train with many values of fields, and find the best',
  help: `Trains a spec again and again, each time with other values of some fields, and
says which are best. Each trial is a run in a process of its own. What is tried
may stand in the spec as "sweep"; options change that. If the sweep is stopped
or killed, the same command goes on with it. SPEC is a JSON file, or - for
standard input. The table of all trials goes to standard output; the folder has
it too, with a picture, and with the spec of the best trial.`,
  operands: ONE_SPEC,
  options: {
    grid: {
      type: 'texts',
      value: 'PATH=VALUES',
      help: 'Values of a field, with commas between them, such as fit.batch_size=32,128. Each combination is tried. Repeatable',
    },
    random: {
      type: 'texts',
      value: 'PATH=RANGE',
      help: 'Range from which a value is drawn for each trial: uniform:A..B, log:A..B, int:A..B or int-log:A..B; or values with commas. Repeatable',
    },
    runs: {
      type: 'count',
      value: 'N',
      help: 'Number of trials, at most 1000; they take the points of the grid in turn. Default: the points of the grid, and at least 10 with --random',
      most: 1000,
    },
    parallel: {
      type: 'count',
      value: 'N',
      help: 'Trials at the same time, which share the processors. Default: 1',
      most: 256,
    },
    on: {
      type: 'choice',
      value: 'PLACE',
      help: 'Where trials train. The folder of the sweep must be on a disk that the place shares',
      choices: PLACES,
      default: 'local',
    },
    processors: {
      type: 'count',
      value: 'N',
      help: 'Processors of each trial. Default: those of this machine, divided by --parallel; on a cluster 1',
      most: 1024,
    },
    monitor: {
      type: 'text',
      value: 'KEY',
      help: 'Compare trials by this history key, such as val_acc. Default: that of early stopping, else a metric of validation',
    },
    halving: {
      type: 'count',
      value: 'FACTOR',
      help: 'Train all trials for a few epochs, and go on with the best one in FACTOR, for FACTOR times as long; 3 is usual',
      least: 2,
      most: 100,
    },
    seed: { type: 'count', value: 'SEED', help: 'Seed of what --random draws. Default: 0', least: 0 },
    set,
    engine,
    device,
    workers,
    out: {
      type: 'text',
      value: 'FOLDER',
      help: 'Folder of the sweep: new, or with the same sweep, which goes on. Default: sweeps/NAME',
    },
    json,
  },
  exits: {
    done: 'done',
    expectationFailed: 'the best trial did not meet an expectation of the spec',
    badInput: 'a problem with the spec, the data, the command line or writing a file; or a trial failed',
    diverged: 'every trial diverged',
    ...ENDED_EXITS,
  },
  examples: [
    ['train sweep specs/mnist-mlp.json --grid fit.batch_size=32,128,512', 'try three sizes of batches'],
    ['train sweep mlp.json --random optimizer.learning_rate=log:1e-4..1e-2', 'draw ten learning rates'],
    ['train sweep mlp.json --runs 20 --parallel 2', 'try what the spec has as "sweep", two trials at a time'],
    ['train sweep mlp.json --runs 20 --halving 3', 'end hopeless trials early'],
    ['train sweeps/mlp/best.json', 'train the best one anew'],
  ],
  run: async ([file], options, io) => (await import('../sweep.js')).sweepSpec(file!, options, io),
})
