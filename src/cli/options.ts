/** Options that several commands take. A command changes the words of one with `{ ...device, help: '...' }`. */
import type { HistoryFormat } from '../export/history-formats.js'
import { ENGINES } from '../spec/engines.js'
import { LARGEST } from '../spec/whole.js'
import type { Option } from './command.js'

export const set = {
  type: 'texts',
  value: 'PATH=VALUE',
  help: 'Change a field of the spec, such as fit.epochs=3. Repeatable',
} as const satisfies Option

export const engine = {
  type: 'choice',
  value: 'NAME',
  help: "Engine to use. Default: the spec's, or auto",
  choices: ENGINES,
} as const satisfies Option

export const device = {
  type: 'text',
  value: 'DEVICE',
  help: "Device to use: auto, cpu, gpu, gpu:1, or several, gpu:0,gpu:1. Default: the spec's, or auto",
} as const satisfies Option

/** The folder of a run's results. */
export const out = {
  type: 'text',
  value: 'FOLDER',
  help: 'Folder for the results; must be new or empty. Default: runs/NAME/1, or the next free number',
} as const satisfies Option

/** To go on with a run although its spec or its data have changed. */
export const allowChange = {
  type: 'flag',
  help: 'Go on with a run although its spec or its data have changed',
} as const satisfies Option

export const pauseAfter = {
  type: 'count',
  value: 'EPOCHS',
  help: 'Pause after this number of epochs, with a checkpoint; counted from the beginning of the run',
  least: 1,
  most: LARGEST,
} as const satisfies Option

/** Threads for the field `augment` of the data. */
export const workers = {
  type: 'count',
  value: 'N',
  help: 'Threads that augment samples ahead of the steps; 0: between the steps. The results are the same. Default: one less than the processors, at most 8',
  least: 0,
  most: 256,
} as const satisfies Option

/** The secret of the hosts that train together. */
export const token = {
  type: 'text',
  value: 'FILE',
  help: 'File with the secret of the group, at least 16 characters, which only you may read',
} as const satisfies Option

export const insecure = {
  type: 'flag',
  help: 'Allow public addresses. Use it only if a firewall keeps others away from this machine',
} as const satisfies Option

export const json = {
  type: 'flag',
  help: 'Print one JSON document instead of the table',
} as const satisfies Option

/** Formats of a history, and their meanings. */
export const HISTORY_FORMATS: Readonly<Record<HistoryFormat, string>> = {
  json: 'one document, at the end',
  jsonl: 'one line of JSON per epoch',
  csv: 'one row per epoch',
  tidy: 'CSV with one row per value, for tools that group by column',
  'vega-lite': 'a chart that carries its data, at the end',
  prometheus: 'gauges in its text format, at the end',
  tensorboard: 'an event file; its name must have tfevents in it',
}
