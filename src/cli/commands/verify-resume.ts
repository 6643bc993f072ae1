/** `train verify-resume SPEC` */
import { command, ONE_SPEC } from '../command.js'
import { ENDED_EXITS, EXIT_WORDS } from '../exit-codes.js'
import { device, engine, json, set, workers } from '../options.js'

export const verifyResume = command({
  usage: 'train verify-resume SPEC',
  summary: 'prove that a killed run ends as one without a break',
  help: `Trains a spec twice: once without a break, and once in a process that is killed
at random moments and resumed each time. Then compares the files of both runs
byte for byte, but for times. Checkpoints are so frequent that each process gets
on. SPEC is a JSON file. The comparison goes to standard output.`,
  operands: ONE_SPEC,
  options: {
    kills: { type: 'count', value: 'N', help: 'How often the process is killed', default: '5', most: 10_000 },
    seed: {
      type: 'count',
      value: 'SEED',
      help: 'Seed of the moments of the kills; that of training is in the spec',
      least: 0,
      default: '1',
    },
    set,
    engine,
    device,
    workers,
    keep: {
      type: 'text',
      value: 'FOLDER',
      help: 'Keep both runs in this folder, which must be new or empty. Default: they are removed',
    },
    json,
  },
  exits: {
    done: 'both runs are equal',
    expectationFailed: 'the runs differ, or a process could not go on',
    badInput: EXIT_WORDS.badInput,
    ...ENDED_EXITS,
  },
  examples: [
    ['train verify-resume specs/mnist-10k.json', 'kill a run five times'],
    ['train verify-resume my.json --set fit.epochs=2 --kills 20', 'a shorter run, killed more often'],
    ['train verify-resume my.json --json', 'for a program; its schema is specs/verify-resume.schema.json'],
  ],
  run: async ([file], options, io) => (await import('../verify-resume.js')).verifyResume(file!, options, io),
})
