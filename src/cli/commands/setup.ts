/** `train setup tensorflow|cuda` */
import { TARGETS, type Target } from '../../libtensorflow/target.js'
import { command } from '../command.js'
import { ENDED_EXITS } from '../exit-codes.js'

export const setup = command({
  usage: 'train setup tensorflow|cuda',
  summary: "install TensorFlow's C library",
  help: `Installs TensorFlow's C library, which engine tensorflow needs, in your cache
folder, and tests it. An interrupted download resumes. Prints the folder of the
library to standard output.`,
  operands: {
    least: 1,
    most: 1,
    few: 'No library is given',
    many: 'Only one library can be given',
    words: TARGETS,
    noneWith: 'remove',
  },
  options: {
    from: {
      type: 'text',
      value: 'PATH',
      help: 'Do not download; take the library from this wheel (.whl) or folder',
    },
    'dry-run': { type: 'flag', help: 'Change nothing; print what would be done, with sources and sizes' },
    remove: { type: 'flag', help: 'Remove this library, or both if none is named, and unfinished downloads' },
  },
  exits: {
    done: 'installed, already installed, or removed',
    badInput: 'not installed, or a problem with the command line; nothing was changed',
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
