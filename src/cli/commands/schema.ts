/** `train schema [DOCUMENT]` */
import { SCHEMAS, type SchemaName } from '../../run/schema-names.js'
import { command } from '../command.js'
import { EXIT, EXIT_WORDS } from '../exit-codes.js'

export const schema = command({
  usage: 'train schema [DOCUMENT]',
  summary: 'print the JSON Schema of a document',
  help: `Prints the JSON Schema (draft 7) of a document that this program reads or
writes. The default is spec. An editor that has the schema completes and
explains the fields of a spec.`,
  operands: { least: 0, most: 1, few: '', many: 'Only one document can be given', words: SCHEMAS },
  options: {},
  exits: { done: EXIT_WORDS.done, badInput: 'a problem with the command line' },
  examples: [
    ['train schema > spec.schema.json', 'for the field "$schema" of your specs'],
    ['train schema history', 'see what history.json of a run holds'],
  ],
  async run([name = 'spec'], _, { stdout }) {
    const { schemaText } = await import('../../run/shipped.js')
    stdout.write(await schemaText(name as SchemaName))
    return EXIT.done
  },
})
