/** `train doctor` */
import { command } from '../command.js'
import { ENDED_EXITS } from '../exit-codes.js'
import { json } from '../options.js'

export const doctor = command({
  usage: 'train doctor',
  summary: 'check which engines work on this machine',
  help: `Checks this machine: its processor, GPUs and libraries, and for each engine whether it works, whether it computes
correctly, and how fast. Prints the command that installs whatever is missing. Takes about ten seconds, or longer with
slow engines. The report goes to standard output, progress to standard error.`,
  operands: { least: 0, most: 0, few: '', many: 'train doctor takes no words' },
  options: { json: { ...json, help: 'Print one JSON document instead of the report' } },
  exits: {
    done: 'a compiled engine works and computes correctly',
    expectationFailed: 'no compiled engine does',
    badInput: 'the command line has a problem',
    ...ENDED_EXITS,
  },
  examples: [
    ['train doctor', 'a report to read'],
    ['train doctor --json', 'the same for a program; its schema is specs/doctor.schema.json'],
  ],
  run: async (_, options, io) => (await import('../doctor.js')).doctor(options, io),
})
