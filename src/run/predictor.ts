/** Computes the answers of a trained model, in whole batches, so that a row has the same answer in any of one size. */
import type { Field, Named, Numbers } from '../base/field.js'
import { inputKey } from '../base/form.js'
import { UserError } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import { sizeOf } from '../base/shape.js'
import { firstRows, fromRow, roomFor } from '../data/table.js'
import type { Engine, Runner } from '../engine/engine.js'
import { type ClassRbm, withoutLabels } from '../model/rbm/class-rbm.js'
import type { Rbm } from '../model/rbm/rbm.js'
import { featuresProgram } from '../program/mirror.js'
import { labelsProgram, layerProgram, predictProgram } from '../program/predict.js'
import type { Program } from '../program/program.js'
import { samplesOf } from '../program/samples.js'
import { labelsOf } from '../spec/rbm.js'
import { isSupervised } from '../spec/spec.js'
import { type AnswerForm, type AnswerValues, answersOf, classAnswer, numbered } from './answers.js'
import type { TrainedModel } from './open-model.js'
import { trainedSlots } from './trained-weights.js'

export interface Predictor {
  readonly answers: readonly AnswerForm[]
  /** The largest number of rows that are computed at once. */
  readonly batchSize: number
  /**
   * Computes the answers of the first `count` rows of arrays by key, in batches of these sizes, in rising order: each
   * time the smallest that holds the rest, filled up. Default: the largest alone.
   */
  predict(arrays: Named<Numbers>, count: number, sizes?: readonly number[]): Promise<AnswerValues>
  dispose(): Promise<void>
}

export interface PredictorOptions {
  readonly trained: TrainedModel
  /** The inputs, by key, as the rows have them. */
  readonly fields: Named<Field>
  readonly engine: Engine
  /** Name of a layer, or of an output, whose output alone is computed. */
  readonly output?: string | undefined
  readonly warn?: (text: string) => void
}

const LEAST_BATCH = 32
const MOST_BATCH = 1024

/** Throws a UserError if the model has no such layer. */
export async function openPredictor(options: PredictorOptions): Promise<Predictor> {
  const { trained, fields, engine, output, warn } = options
  const { spec } = trained
  // the rows of a step of training
  const batchSize = Math.min(MOST_BATCH, Math.max(LEAST_BATCH, spec.fit.batch_size))
  const { answers, program } = programOf(trained, fields, output)
  const runner: Runner<'predict'> = await engine.load(
    { predict: program },
    { seed: spec.seed, batchSize, ...(warn && { warn }) },
  )
  const room = roomFor(fields, batchSize)
  return {
    answers,
    batchSize,
    async predict(arrays, count, sizes = [batchSize]) {
      const widths = answers.map(({ shape }) => sizeOf(shape))
      const found = answers.map((_, index) => new Float32Array(count * widths[index]!))
      for (let from = 0; from < count; ) {
        const size = sizes.find((one) => one >= count - from) ?? sizes.at(-1)!
        const taken = Math.min(size, count - from)
        const some = filledUp(fromRow(arrays, fields, from), taken, size)
        const outputs = await runner.run('predict', { size, arrays: some }, {})
        for (const [index, { layer }] of answers.entries()) {
          const width = widths[index]!
          found[index]!.set(outputs[layer]!.subarray(0, taken * width), from * width)
        }
        from += taken
      }
      return Object.fromEntries(answers.map(({ name }, index) => [name, found[index]!]))
    },
    dispose: () => runner.dispose(),
  }

  /** A batch of `size` rows, of which the first `taken` are these. */
  function filledUp(arrays: Named<Numbers>, taken: number, size: number): Named<Numbers> {
    const few = firstRows(arrays, fields, taken)
    if (taken === size) return few
    for (const [key, values] of Object.entries(room)) values.set(few[key]!)
    return firstRows(room, fields, size)
  }
}

function programOf(
  trained: TrainedModel,
  fields: Named<Field>,
  output: string | undefined,
): { readonly answers: readonly AnswerForm[]; readonly program: Program } {
  const { spec, form, model, network, weights: values } = trained
  const inputs = Object.fromEntries(Object.keys(form.inputs).map((name) => [name, fields[inputKey(name)]!]))
  const samples = samplesOf({ ...form, inputs })
  const weights = trainedSlots(model.weights, values)
  if (!network || !isSupervised(spec)) return rbmProgram(trained, samples, output)
  const all = answersOf(trained)
  const chosen = all.find(({ name, layer }) => name === output || layer === output)
  if (output === undefined || chosen) {
    const outputs = all.map(({ layer: name, squashing }) => ({ name, squashing }))
    return { answers: chosen ? [chosen] : all, program: predictProgram({ model: network, weights, samples, outputs }) }
  }
  const stage = network.stages.find(({ name }) => name === output)
  if (!stage) throw noOutput(output, [...all.map(({ name }) => name), ...network.stages.map(({ name }) => name)])
  return {
    answers: [plainAnswer(output, stage.outputShape)],
    program: layerProgram({ model: network, weights, samples }, output),
  }
}

const plainAnswer = (layer: string, shape: AnswerForm['shape']): AnswerForm => ({
  ...{ name: layer, layer, shape, squashing: null, classes: null },
  columns: numbered(layer, shape),
})

const noOutput = (output: string, names: readonly string[]): UserError => {
  const near = nearest(output, names)
  const known =
    near === undefined ? `its outputs and layers are ${[...new Set(names)].join(', ')}` : `did you mean ${near}?`
  return new UserError(`The model has no output and no layer "${output}"; ${known}`)
}

/** An RBM answers with the class, if it was trained with labels, or with the means of its hidden units. */
function rbmProgram(trained: TrainedModel, samples: ReturnType<typeof samplesOf>, output: string | undefined) {
  const { spec, form, model, weights: values } = trained
  const weights = trainedSlots(model.weights, values)
  const x = Object.values(samples)[0]!
  const [label] = Object.keys(form.targets)
  const isLabelled = !isSupervised(spec) && labelsOf(spec.training) !== null
  const names = [...(isLabelled ? [label!] : []), HIDDEN]
  const wanted = output ?? names[0]!
  if (!names.includes(wanted)) throw noOutput(wanted, names)
  if (wanted === HIDDEN) {
    // the labels are summed out
    const rbm = isLabelled ? withoutLabels(model as ClassRbm) : (model as Rbm)
    return { answers: [plainAnswer(HIDDEN, [rbm.hiddenUnits])], program: featuresProgram({ rbm, weights, x }) }
  }
  const rbm = model as ClassRbm
  return { answers: [classAnswer(wanted, rbm.classes, spec)], program: labelsProgram(rbm, weights, x, wanted) }
}

const HIDDEN = 'hidden'
