/** `train serve RUN` */
import { command, ONE_RUN } from '../command.js'
import { RUN_EXITS } from '../exit-codes.js'
import { device, engine } from '../options.js'

export const serve = command({
  usage: 'train serve RUN',
  summary: 'answer requests for a trained model over HTTP',
  help: `Answers rows that programs send, as "train predict" answers those of a file.
RUN is the folder of a run. POST /predict takes rows as JSON or CSV, and
GET /health, /spec and /openapi.json say what is served. The address goes to
standard error, and a line for each request with a problem. Only programs on
this machine can reach it, unless --host says more; there is no login and no
encryption. SIGTERM or Ctrl-C ends it when the requests under way are answered;
the second one at once.`,
  operands: ONE_RUN,
  options: {
    port: {
      type: 'count',
      value: 'N',
      help: 'Port to listen on; 0: a free one. Default: 8080',
      least: 0,
      most: 65_535,
    },
    host: {
      type: 'text',
      value: 'ADDRESS',
      help: 'Address to listen on; 0.0.0.0: every one of this machine',
      default: '127.0.0.1',
    },
    output: {
      type: 'text',
      value: 'LAYER',
      help: 'Answer with the output of this layer, or of this output of the model, alone',
    },
    'max-rows': {
      type: 'count',
      value: 'N',
      help: 'Rows that a request may have. Default: 10000',
      most: 10_000_000,
    },
    'max-body': {
      type: 'count',
      value: 'MB',
      help: 'Megabytes that the body of a request may have. Default: 8',
      most: 256,
    },
    engine,
    device,
  },
  exits: {
    ...RUN_EXITS,
    done: 'stopped by Ctrl-C or SIGTERM, with every request answered',
    interrupted: 'stopped at once by Ctrl-C (SIGINT)',
    terminated: 'stopped at once by kill or by the system (SIGTERM)',
  },
  examples: [
    ['train serve runs/iris/1', 'serve on http://127.0.0.1:8080'],
    ['train serve runs/iris/1 --port 0', 'serve on a free port, which is printed'],
    ['train serve runs/mnist-cnn/1 --port 9000 --host 0.0.0.0', 'serve other machines, on another port'],
  ],
  run: async ([directory], options, io) => (await import('../serve.js')).serveRun(directory!, options, io),
})
