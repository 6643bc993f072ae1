/** `train setup tensorflow|cuda` */
import { TARGETS, type Target } from '../../libtensorflow/target.js'
import { command } from '../command.js'
import { ENDED_EXITS } from '../exit-codes.js'

export const setup = command({
  usage: 'train setup tensorflow|cuda',
  summary: 'install the TensorFlow library for engine tensorflow',
  help: `Installs TensorFlow's C library in your cache folder, for engine tensorflow, and tests it; or removes it.
An interrupted download resumes where it stopped. Prints the folder of the library to standard output.`,
  operands: {
    least: 1,
    most: 1,
    few: 'Nothing to set up is given',
    many: 'One at a time',
    words: TARGETS,
    noneWith: 'remove',
  },
  options: {
    from: {
      type: 'text',
      value: 'PATH',
      help: 'Do not download: take the library from this wheel (.whl) or from this folder',
    },
    'dry-run': { type: 'flag', help: 'Print what would be done, with sources and sizes, and change nothing' },
    remove: { type: 'flag', help: 'Remove the named library, or all, and unfinished downloads' },
  },
  exits: {
    done: 'installed, installed before, or removed',
    badInput: 'not installed, or the command line has a problem; nothing was changed',
    ...ENDED_EXITS,
  },
  examples: [
    ['train setup tensorflow', 'install the official package for the processor'],
    ['train setup cuda --dry-run', 'see how much an NVIDIA GPU would need'],
    ['train setup tensorflow --from venv/lib/python3.12/site-packages', 'install without a network'],
    ['train setup --remove', 'remove everything'],
  ],
  run: async ([target], options, io) => (await import('../setup.js')).setup(target as Target | undefined, options, io),
})
