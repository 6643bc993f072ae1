/** `train import FILE`: makes a spec of a model of Keras or TensorFlow.js, and saves its weights beside it. */
import { lstat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { type Shape, sizeOf } from '../base/shape.js'
import { checkNewPath } from '../base/writable.js'
import { saveModel } from '../export/model.js'
import { importModel } from '../import/import-model.js'
import { RUN_FILES } from '../spec/run-files.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { type Io, say } from './io.js'
import { withSpinner } from './spinner.js'

export interface ImportFileOptions {
  readonly output: string
  readonly shape: readonly string[]
}

/** Writes the weights, then the spec, and says on standard error what was written. */
export async function importFile(file: string, { output, shape }: ImportFileOptions, io: Io): Promise<ExitCode> {
  const folder = join(dirname(output), RUN_FILES.model)
  for (const path of [output, folder]) await checkNew(path)
  const shapes = new Map(shape.map(shapeIn))
  const options = { place: output, start: RUN_FILES.model, shapes }
  const imported = await inWords('read the model', () =>
    withSpinner(`Reading ${file}`, io, () => importModel(file, options)),
  )
  const { text, model, weights, notes, from } = imported
  if (weights) await inWords('write the weights', () => saveModel(folder, model, weights))
  await inWords('write the spec', () => writeFileAtomic(output, text))
  const count = model.weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const numbers = `${count.toLocaleString('en')} weights`
  for (const note of notes) say(io, `${file}: ${note}.`)
  say(
    io,
    `${file} is a model of ${from} with ${model.stages.length} layers. Wrote ${output}${weights ? `, and its ${numbers} to ${folder}` : '; the file has no weights'}.`,
  )
  say(io, 'Fill in the field "data" of the spec.')
  return EXIT.done
}

/** Nothing of the user is replaced. */
async function checkNew(path: string): Promise<void> {
  if (await lstat(path).catch(() => undefined)) {
    throw new UserError(`--output: ${path} is there already; choose a spec in another folder, or remove it`)
  }
  await inWords('write the spec', () => checkNewPath(path))
}

/** `20,3`, or `words=20` for the input of this name. */
function shapeIn(text: string): [string, Shape] {
  const [, name = '', sizes] = /^(?:(.*)=)?(\d+(?:,\d+)*)$/.exec(text) ?? []
  if (sizes === undefined)
    throw new UserError(`--shape: found ${JSON.stringify(text)}, must be sizes such as 20,3, or words=20,3`)
  return [name, sizes.split(',').map(Number)]
}
