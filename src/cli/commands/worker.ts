/** `train worker` */
import { command } from '../command.js'
import { ENDED_EXITS } from '../exit-codes.js'
import { insecure, token } from '../options.js'

export const worker = command({
  usage: 'train worker',
  summary: 'let another machine train on this one too',
  help: `Waits until \`train SPEC --hosts\` on another machine asks this one to train
too, and trains then. It serves whoever has the token, one run at a time. If it
does not have the files of the data, it gets them from there, and keeps them in
the cache for further runs. Ctrl-C or SIGTERM ends it, and the training that is
under way. A line for each thing that happens goes to standard error.
docs/hosts.md says what is needed.`,
  operands: { least: 0, most: 0, few: '', many: 'train worker takes no arguments' },
  options: {
    listen: {
      type: 'text',
      value: 'HOST:PORT',
      help: 'Address to listen on: one of this machine, in a private network. Port 0: a free one',
    },
    token,
    insecure,
  },
  exits: {
    done: 'stopped by Ctrl-C or SIGTERM',
    badInput: 'a problem with the command line, the token or the address',
    internal: ENDED_EXITS.internal,
    hungUp: ENDED_EXITS.hungUp,
  },
  examples: [
    ['train worker --listen 10.0.0.2:7070 --token hosts.token', 'train for others that have the token'],
    ['train worker --listen 127.0.0.1:0 --token hosts.token', 'try it on one machine; the port is printed'],
  ],
  run: async (_, options, io) => (await import('../worker.js')).runWorker(options, io),
})
