/** The second thread of `OtherHalf`: makes sessions, runs them when it is told to, sleeps in between. */
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'
import { sizeOf } from '../../../base/shape.js'
import { plainBuffer } from '../inputs/arena.js'
import { MESSAGE, Turns } from './half-turns.js'
import { type PlacedTensor, tensorIn } from './placed-tensor.js'

/** What the thread is started with. */
export interface HalfData {
  readonly control: SharedArrayBuffer
  readonly memory: WebAssembly.Memory
  readonly port: MessagePort
}

/** A tensor that lies in the arena, or in `results`. */
export interface NamedTensor extends PlacedTensor {
  readonly name: string
}

export interface HalfSession {
  readonly model: Uint8Array
  readonly options: ort.InferenceSession.SessionOptions
  readonly feeds: readonly NamedTensor[]
  readonly gradients: readonly NamedTensor[]
  /** Copied into `results` after a run. */
  readonly outputs: readonly NamedTensor[]
  readonly results: SharedArrayBuffer
}

/** A session to make, or `null` at the end. */
export type Command = HalfSession | null

/** What is answered: a message where something failed. */
export interface Answer {
  readonly failure?: string
}

const { control, memory, port } = workerData as HalfData
const turns = new Turns(control)
const buffer = plainBuffer(memory)
const sessions: { readonly session: ort.InferenceSession; run(): Promise<void> }[] = []

const answer = (failure?: unknown) =>
  port.postMessage((failure === undefined ? {} : { failure: String(failure) }) satisfies Answer)

async function add({ model, options, feeds, gradients, outputs, results }: HalfSession): Promise<void> {
  const session = await ort.InferenceSession.create(model, options)
  const placed = (tensors: readonly NamedTensor[]) =>
    Object.fromEntries(tensors.map((one) => [one.name, tensorIn(buffer, one)]))
  const own = outputs.map(({ name, shape, address }) => {
    const values = new Float32Array(sizeOf(shape))
    return { name, values, shape, to: new Float32Array(results, address, values.length) }
  })
  const given = placed(feeds)
  const fetches = {
    ...placed(gradients),
    ...Object.fromEntries(own.map(({ name, values, shape }) => [name, new ort.Tensor('float32', values, [...shape])])),
  }
  sessions.push({
    session,
    async run() {
      await session.run(given, fetches)
      for (const { values, to } of own) to.set(values)
    },
  })
}

/** Whether there is more to come. */
async function turn(which: number): Promise<boolean> {
  if (which !== MESSAGE) {
    await sessions[which]!.run()
    return true
  }
  const command = receiveMessageOnPort(port)!.message as Command
  if (command === null) {
    for (const { session } of sessions) await session.release()
    return false
  }
  await add(command)
  answer()
  return true
}

for (let goesOn = true; goesOn; ) {
  const which = turns.awaitTurn()
  try {
    goesOn = await turn(which)
    turns.end(false)
  } catch (error) {
    answer(error)
    turns.end(true)
  }
}
port.close()
