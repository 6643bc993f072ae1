/** The weights with which training begins, if a spec has a field `start`. */
import { epochLengths } from '../base/epoch.js'
import { fileProblem } from '../base/file-problem.js'
import { firstNames } from '../base/first-names.js'
import type { DataForm } from '../base/form.js'
import { type Issue, UserError } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import { formatShape, type Shape } from '../base/shape.js'
import type { StateValues } from '../engine/engine.js'
import type { StartReport } from '../export/start-report.js'
import type { ModelIssue } from '../model/issue.js'
import type { Model } from '../model/model.js'
import { RBM_WEIGHTS } from '../model/rbm/parameters.js'
import type { Rbm } from '../model/rbm/rbm.js'
import { isStacked, type ResolvedSpec, type StageSpec } from '../spec/spec.js'
import type { StartSpec } from '../spec/start.js'
import { shortened } from '../spec/words.js'
import { learnerOf, NO_FACTS } from './learner.js'
import { finite } from './trained-weights.js'
import { readWeightFile, type WeightFile } from './weight-file.js'

export interface Start {
  /** Weights with their first values, by their names in programs. The others keep their initial values. */
  readonly values: StateValues
  /** Hash of the file with the weights. */
  readonly sha256: string
  readonly report: StartReport
}

/** Problems of `start`, and a sentence about them all. */
export interface StartRefusal {
  readonly issues: readonly ModelIssue[]
  readonly summary?: string
}

/** Reads weights for the model of a spec without other problems. The path of `start` is seen from the current folder. */
export async function openStart(start: StartSpec, spec: ResolvedSpec, form: DataForm): Promise<Start | StartRefusal> {
  if (isStacked(spec)) throw new Error('internal: a DBN has no start')
  try {
    return fitted(start, await readWeightFile(start.from), layersOf(spec, form))
  } catch (error) {
    const problem = error instanceof UserError ? error.message : fileProblem(error)
    if (problem === undefined) throw error
    const parts = error instanceof UserError ? error.issues : []
    if (parts.length > 0) return { issues: parts.map(ofFile), summary: problem }
    return { issues: [ofFile({ message: problem })] }
  }
}

/** A problem of the file that `start` names. */
const ofFile = ({ message, nearest, details }: Pick<Issue, 'message' | 'nearest' | 'details'>): ModelIssue => ({
  code: 'start',
  pointer: '/start/from',
  message,
  nearest,
  details,
})

/** A part of a model that begins with trained weights as a whole, or not at all. */
interface ModelLayer {
  readonly name: string
  /** Its place in the spec. */
  readonly pointer: string
  readonly weights: readonly LayerWeight[]
  /** True if a weight in a file belongs to a layer of this name. */
  owns(saved: string): boolean
}

interface LayerWeight {
  /** In programs. */
  readonly name: string
  /** Within the layer. */
  readonly own: string
  /** The names that it may have in a file. */
  readonly saved: readonly string[]
  readonly shape: Shape
}

function layersOf(spec: StageSpec, form: DataForm): readonly ModelLayer[] {
  const learner = learnerOf(spec, form, epochLengths(form.rows.train, spec.fit.batch_size), NO_FACTS)
  return learner.kind === 'rbm' ? rbmLayers(learner.model) : networkLayers(learner.model)
}

function networkLayers(model: Model): readonly ModelLayer[] {
  const { nameOf } = model.saved()
  const shapes = new Map(model.weights.map(({ name, shape }) => [name, shape]))
  return model.stages
    .filter(({ name, owner, weights }) => name === owner && Object.keys(weights).length > 0)
    .map(({ name: layer, pointer, weights }) => ({
      name: layer,
      pointer,
      weights: Object.entries(weights).map(([own, name]) => ({
        name,
        own,
        saved: [nameOf(name), name],
        shape: shapes.get(name)!,
      })),
      owns: (saved) => saved.startsWith(`${layer}/`),
    }))
}

/** The machine, and its labels if it has some. */
function rbmLayers({ weights }: Rbm): readonly ModelLayer[] {
  const ofLabels: readonly string[] = [RBM_WEIGHTS.labelKernel, RBM_WEIGHTS.labelBias]
  const layer = (name: string, owns: ModelLayer['owns']): ModelLayer => ({
    name,
    pointer: '/model',
    weights: weights
      .filter((weight) => owns(weight.name))
      .map(({ name, shape }) => ({ name, own: name.slice('rbm/'.length), saved: [name], shape })),
    owns,
  })
  const isLabel = (saved: string) => ofLabels.includes(saved)
  return [layer('rbm', (saved) => saved.startsWith('rbm/') && !isLabel(saved)), layer('labels', isLabel)].filter(
    (one) => one.weights.length > 0,
  )
}

/** Finds the weights of each layer. `start` decides whether a layer without them is a problem. */
function fitted(start: StartSpec, file: WeightFile, layers: readonly ModelLayer[]): Start | StartRefusal {
  const { from, layers: wanted, sha256 } = start
  if (sha256 !== undefined && sha256.toLowerCase() !== file.sha256) {
    const message = `${file.path} has changed: its SHA-256 is ${file.sha256}; leave "sha256" out to start from it as it is`
    return { issues: [{ code: 'start', pointer: '/start/sha256', message }] }
  }
  const misfits = layers.flatMap((layer): Misfit[] => {
    const why = misfit(layer, file)
    return why === undefined ? [] : [{ layer, why }]
  })
  const found = layers.filter((layer) => misfits.every((one) => one.layer !== layer))
  if (found.length === 0 || (wanted === 'all' && misfits.length > 0)) return refusal(file, layers, misfits, wanted)
  const values = valuesOf(found, file)
  return {
    values,
    sha256: file.sha256,
    report: {
      from,
      loaded: found.map(({ name }) => name),
      initial: misfits.map(({ layer, why }) => ({ layer: layer.name, why })),
    },
  }
}

interface Misfit {
  readonly layer: ModelLayer
  readonly why: string
}

const NOT_THERE = 'it is not there'

/** Says why a layer cannot begin with the weights of a file; undefined if it can. */
function misfit({ weights, owns }: ModelLayer, file: WeightFile): string | undefined {
  const places = weights.map((weight) => ({ weight, saved: savedNameOf(weight, file) }))
  if (places.every(({ saved }) => saved === undefined)) return NOT_THERE
  const differences = places.flatMap(({ weight: { own, shape }, saved }) => {
    if (saved === undefined) return [`its ${own} is not there`]
    const found = formatShape(file.weights.get(saved)!.shape)
    const must = formatShape(shape)
    return found === must ? [] : [`its ${own} has shape ${must}, there ${shortened(found)}`]
  })
  if (differences.length > 0) return differences.join(', ')
  const taken = new Set(places.map(({ saved }) => saved))
  const more = [...file.weights.keys()].filter((saved) => owns(saved) && !taken.has(saved))
  return more.length === 0 ? undefined : `it has more weights there: ${firstNames(more.map(shortened), MOST_NAMES)}`
}

const MOST_NAMES = 3

const savedNameOf = ({ saved }: LayerWeight, { weights }: WeightFile): string | undefined =>
  saved.find((name) => weights.has(name))

/** Limit on the characters of names that may be meant. */
const LONGEST_NAME = 100

/** The names of the layers in a file: the beginnings of the names of weights, which may lie in a layer within a layer. */
function layerNames({ weights }: WeightFile): ReadonlySet<string> {
  const before = (name: string) => name.slice(0, Math.max(0, name.lastIndexOf('/')))
  const names = [...weights.keys()].filter((name) => name.length <= LONGEST_NAME)
  return new Set(names.flatMap((name) => [before(name), before(before(name))]))
}

/** Limit on the layers in a list of problems. */
const MOST_LISTED = 50

function refusal(
  file: WeightFile,
  layers: readonly ModelLayer[],
  misfits: readonly Misfit[],
  wanted: StartSpec['layers'],
): StartRefusal {
  if (layers.length === 0) {
    return { issues: [{ code: 'start', pointer: '/start', message: 'the model has no weights to start with' }] }
  }
  const names = layerNames(file)
  const issues = misfits.slice(0, MOST_LISTED).map(({ layer: { name, pointer }, why }) => ({
    code: 'start',
    pointer,
    message: `layer "${name}" does not fit ${file.path}: ${why}`,
    nearest: why === NOT_THERE ? nearest(name, names) : undefined,
  }))
  const count = misfits.length === 1 ? '1 layer does' : `${misfits.length} layers do`
  const remedy =
    wanted === 'all' && misfits.length < layers.length
      ? 'with "layers": "matching" in "start" they would keep their initial values'
      : 'a layer fits if its name and the shapes of its weights are the same'
  return { issues, summary: `${count} not fit the weights of "start"; ${remedy}.` }
}

/** The values of the weights of these layers. Throws a UserError if one is NaN or infinite. */
function valuesOf(layers: readonly ModelLayer[], file: WeightFile): StateValues {
  const weights = layers.flatMap((layer) => layer.weights)
  const valuesIn = (weight: LayerWeight) => file.weights.get(savedNameOf(weight, file)!)!.values()
  return finite(file.path, Object.fromEntries(weights.map((weight) => [weight.name, valuesIn(weight)])))
}
