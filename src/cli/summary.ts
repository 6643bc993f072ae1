/** `train summary SPEC`: the layers of a model, what a step of it takes, and on request a picture and where its time goes. */
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { type BatchShape, type Shape, sizeOf, withBatch } from '../base/shape.js'
import { median, timesOf } from '../base/timing.js'
import { trainCount } from '../data/dataset.js'
import { dataInfo, loadData } from '../data/registry.js'
import { costOf } from '../engine/compiled/graph/cost.js'
import { memoryOf } from '../engine/compiled/graph/memory.js'
import { trace } from '../engine/compiled/graph/trace.js'
import type { StepTimes } from '../engine/compiled/onnx/engine.js'
import type { Profile } from '../engine/compiled/onnx/profile.js'
import { PASSES, simplifiedGraph } from '../engine/compiled/passes/simplified.js'
import { splitUpdate } from '../engine/compiled/passes/split-update.js'
import type { SummaryReport } from '../export/summary-report.js'
import { isStack, nameOfData } from '../model/layers-topology.js'
import type { Model } from '../model/model.js'
import { DATA } from '../model/network.js'
import type { Rbm } from '../model/rbm/rbm.js'
import type { Program, Slot } from '../program/program.js'
import { modelSummaryLines } from '../report/model-summary.js'
import { type Learner, learnerOf } from '../run/learner.js'
import { requireSpec } from '../run/read-spec.js'
import { openSession, wholeBatches } from '../run/session.js'
import { soleSpec } from '../run/stages.js'
import { ownVersion } from '../run/versions.js'
import type { StageSpec } from '../spec/spec.js'
import { runStep } from '../training/step.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, mayColor } from './io.js'
import { overridesOf } from './overrides.js'
import { checkFilePlace, specPlace } from './places.js'
import { withSpinner } from './spinner.js'
import { showWarnings } from './warnings.js'

/** Steps that --explain times, after those that it does not. */
const STEPS = { most: 50, budgetMs: 5000, least: 3 }
const WARM_UP = 3

export interface SummaryOptions {
  readonly set: readonly string[]
  readonly json: true | undefined
  readonly svg: string | undefined
  readonly explain: true | undefined
}

/** Standard output gets the summary. */
export async function summary(file: string, options: SummaryOptions, io: Io): Promise<ExitCode> {
  const { spec: given, warnings } = await requireSpec(file, overridesOf(options), io.stdin)
  showWarnings(warnings, io)
  const { svg } = options
  if (svg !== undefined) await checkFilePlace('--svg', svg, [specPlace(file)])
  const spec = soleSpec(given, dataInfo(given.data))
  return interruptible(io, async (signal) => {
    const report = await reportOf(spec, options.explain === true, io, signal)
    if (svg !== undefined) {
      const { networkPicture } = await import('../report/network-picture.js')
      await inWords('write the picture', () => writeFileAtomic(svg, networkPicture(report)))
    }
    const lines = options.json
      ? [JSON.stringify(report, null, 2)]
      : modelSummaryLines(report, { color: mayColor(io, io.stdout) })
    io.stdout.write(`${lines.join('\n')}\n`)
    return EXIT.done
  })
}

async function reportOf(spec: StageSpec, explained: boolean, io: Io, signal: AbortSignal): Promise<SummaryReport> {
  const { fit } = spec
  const info = dataInfo(spec.data)
  const samples = trainCount(info.trainSamples, fit.validation_split)
  const batchSize = Math.min(fit.batch_size, samples)
  const lengths = { batchSize, stepsPerEpoch: Math.ceil(samples / batchSize) }
  const learner = learnerOf(spec, info, lengths, () => [])
  const { programs } = learner
  return {
    version: 1,
    name: spec.name,
    trainspec: ownVersion(),
    ...(learner.kind === 'rbm' ? rbmReport(learner.model) : modelReport(learner.model)),
    batch_size: batchSize,
    ...(await stepReport(programs, batchSize)),
    explain: explained ? await explain(spec, programs, batchSize, io, signal) : null,
  }
}

type ModelReport = Pick<SummaryReport, 'stack' | 'data' | 'layers' | 'outputs' | 'parameters'>

function modelReport(model: Model): ModelReport {
  const { stages, weights, inputShape, outputs } = model
  const data = nameOfData(stages)
  const sizes = new Map(weights.map(({ name, shape }) => [name, sizeOf(shape)]))
  const layers = stages
    .filter(({ name, owner }) => name === owner)
    .map((stage) => ({
      name: stage.name,
      type: stage.layer.type,
      parameters: Object.values(stage.weights).reduce((sum, name) => sum + sizes.get(name)!, 0),
      calls: stages
        .filter(({ owner }) => owner === stage.name)
        .map(({ name, inputs, outputShape }) => ({
          name,
          inputs: inputs.map((input) => (input === DATA ? data : input)),
          output_shape: [...outputShape],
        })),
    }))
  return {
    stack: isStack(stages),
    data: { name: data, shape: [...inputShape] },
    layers,
    outputs: outputs.map(({ name }) => name),
    parameters: {
      total: countOf(weights),
      trainable: countOf(weights.filter(({ trainable }) => trainable)),
      non_trainable: countOf(weights.filter(({ trainable }) => !trainable)),
    },
  }
}

/** One layer, which gives the hidden units of what it is given. */
function rbmReport({ weights, visibleUnits, hiddenUnits }: Rbm): ModelReport {
  const total = countOf(weights)
  return {
    stack: true,
    data: { name: 'data', shape: [visibleUnits] },
    layers: [
      {
        name: 'rbm',
        type: 'RBM',
        parameters: total,
        calls: [{ name: 'rbm', inputs: ['data'], output_shape: [hiddenUnits] }],
      },
    ],
    outputs: ['rbm'],
    parameters: { total, trainable: total, non_trainable: 0 },
  }
}

const countOf = (slots: readonly Slot[]): number => slots.reduce((sum, { shape }) => sum + sizeOf(shape), 0)

const FLOAT = 4

async function stepReport(
  { train, evaluate }: Learner['programs'],
  batchSize: number,
): Promise<Pick<SummaryReport, 'flops' | 'memory'>> {
  const graph = await simplifiedGraph(train, batchSize)
  const step = costOf(graph).flops
  const inference = costOf(await simplifiedGraph(evaluate, batchSize)).flops
  const { outputs: gradients, between: activations } = memoryOf(splitUpdate(graph).graph)
  const bytes = (shapes: readonly Shape[]) => FLOAT * shapes.reduce((sum, shape) => sum + sizeOf(shape), 0)
  const stateBytes = (role: Slot['role']) =>
    bytes(train.state.filter((slot) => slot.role === role).map(({ shape }) => shape))
  const inputs = bytes(train.inputs.map((input) => withBatch(shapeOf(input), batchSize)))
  const [weights, optimizer] = [stateBytes('weight'), stateBytes('optimizer') + stateBytes('chain')]
  return {
    flops: { step, step_per_sample: step / batchSize, inference_per_sample: inference / batchSize },
    memory: {
      weights,
      optimizer,
      gradients,
      inputs,
      activations,
      total: weights + optimizer + gradients + inputs + activations,
    },
  }
}

const shapeOf = (input: Program['inputs'][number]): BatchShape => (input.kind === 'scalar' ? [] : input.shape)

/** What the passes make of the graph, and measured steps of engine onnx, whatever engine the spec names. */
async function explain(
  spec: StageSpec,
  { train }: Learner['programs'],
  batchSize: number,
  io: Io,
  signal: AbortSignal,
): Promise<SummaryReport['explain']> {
  let graph = await trace(train, batchSize)
  const passes = [{ name: 'traced', nodes: graph.nodes.length }]
  for (const { name, run } of PASSES) {
    graph = run(graph)
    passes.push({ name, nodes: graph.nodes.length })
  }
  passes.push({ name: 'update cut off', nodes: splitUpdate(graph).graph.nodes.length })
  const times = await withSpinner('Timing steps on engine onnx', io, () => timedSteps(spec, signal))
  return { passes, engine: 'onnx', ...times }
}

type Timed = Omit<NonNullable<SummaryReport['explain']>, 'passes' | 'engine'>

async function timedSteps(spec: StageSpec, signal: AbortSignal): Promise<Timed> {
  const [{ openOnnx }, { startProfile }] = await Promise.all([
    import('../engine/compiled/onnx/engine.js'),
    import('../engine/compiled/onnx/profile.js'),
  ])
  const dataset = await loadData(spec.data, spec.seed)
  let profile: Profile | undefined
  try {
    const { training } = await openSession(spec, dataset, {
      ...openOnnx(),
      async load(programs, options) {
        profile = await startProfile(programs, options)
        return profile.runner
      },
    })
    const batches = wholeBatches(training)
    let iterations = 0
    const step = async () => {
      signal.throwIfAborted()
      const { batch, prepareNext } = (await batches.next()).value
      const scalars = { learning_rate: training.learningRate(iterations), iterations: iterations++ }
      await runStep(training, batch, scalars, prepareNext)
    }
    for (let warm = 0; warm < WARM_UP; warm++) await step()
    // what the runner has spent so far, step by step
    const spent = [{ ...profile!.runner.times }]
    const { length: steps } = await timesOf(async () => {
      await step()
      spent.push({ ...profile!.runner.times })
    }, STEPS)
    const of = (part: keyof StepTimes) =>
      median(spent.slice(1).map((times, index) => times[part] - spent[index]![part]))
    const step_ms = { inputs: of('inputs'), graph: of('graph'), update: of('update') }
    const halves = profile!.runner.runsInHalves('train')
    return { steps, step_ms, halves, operators: await profile!.finish(WARM_UP) }
  } catch (error) {
    // takes the files of the profile away
    await profile?.finish(WARM_UP)
    throw error
  }
}
