/** `train bench SPEC` */
import { command, ONE_SPEC } from '../command.js'
import { ENDED_EXITS, EXIT_WORDS } from '../exit-codes.js'
import { device, engine, json, set } from '../options.js'

export const bench = command({
  usage: 'train bench SPEC',
  summary: 'time a training step on every engine',
  help: `Times a training step of a spec on every engine that works on this machine.
The engines take turns, because the speed of a machine drifts. The first turn of
each is a warm-up and does not count. The command uses the device and the
precision of the spec, but not its engine. SPEC is a JSON file, or - for
standard input. The table goes to standard output.`,
  operands: ONE_SPEC,
  options: {
    set,
    engine: { ...engine, type: 'choices', help: 'Time only this engine. Repeatable' },
    device,
    rounds: { type: 'count', value: 'N', help: 'Turns of each engine, not counting the warm-up', default: '5' },
    steps: {
      type: 'count',
      value: 'N',
      help: 'Steps in a turn. A turn ends early after one second',
      default: '100',
    },
    json,
  },
  exits: {
    done: EXIT_WORDS.done,
    badInput: 'a problem with the spec or the command line, or no engine can train it',
    diverged: EXIT_WORDS.diverged,
    ...ENDED_EXITS,
  },
  examples: [
    ['train bench specs/mnist-mlp.json', 'time every engine'],
    ['train bench specs/mnist-mlp.json --engine onnx --engine tensorflow', 'time two engines'],
    [
      'train bench specs/mnist-mlp.json --set fit.batch_size=32 --json',
      'for a program; its schema is specs/bench.schema.json',
    ],
  ],
  run: async ([file], options, io) => (await import('../bench.js')).benchSpec(file!, options, io),
})
