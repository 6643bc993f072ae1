/** `train doctor` */
import { command } from '../command.js'
import { ENDED_EXITS } from '../exit-codes.js'
import { json } from '../options.js'

export const doctor = command({
  usage: 'train doctor',
  summary: 'check which engines work on this machine',
  help: `Checks the processor, the GPUs and the libraries of this machine. Tests whether
each engine works, whether its results are correct, and how fast it is. If
something is missing, prints the command that installs it. Takes about ten
seconds, or longer with slow engines. The report goes to standard output,
progress to standard error.`,
  operands: { least: 0, most: 0, few: '', many: 'train doctor takes no arguments' },
  options: { json: { ...json, help: 'Print one JSON document instead of the report' } },
  exits: {
    done: 'a compiled engine works, and its results are correct',
    expectationFailed: 'no compiled engine works correctly',
    badInput: 'a problem with the command line',
    ...ENDED_EXITS,
  },
  examples: [
    ['train doctor', 'print a report to read'],
    ['train doctor --json', 'for a program; its schema is specs/doctor.schema.json'],
  ],
  run: async (_, options, io) => (await import('../doctor.js')).doctor(options, io),
})
