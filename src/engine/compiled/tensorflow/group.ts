/**
 * A group of processes that compute together by TensorFlow's own runtime: each has a server, and collective operators
 * move data between them (tensorflow/core/protobuf/tensorflow_server.proto, cluster.proto).
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { message } from '../../../base/protobuf.js'
import { setForLibraries } from '../../../base/shared-library.js'
import { type Group, GroupLost, type Hosts } from '../../group.js'
import { collectiveSum } from './add-over-hosts.js'
import type { Tensorflow } from './c-api.js'
import { JOB, sessionConfig } from './config.js'
import { encodeGraph } from './graph-def.js'
import { TensorflowFailure, TensorflowSession } from './session.js'
import { writerOf } from './writer.js'

/** Codes of tsl/c/tsl_status.h with which a collective operator ends when another process is gone. */
const LOST: readonly number[] = [1, 4, 10, 14]
/** Codes that may have another cause too. */
const MAYBE_LOST: readonly number[] = [9, 13]

/** A step may take this many times as long as the longest one before. */
const TIMES_LONGEST = 20

export class TensorflowGroup implements Group {
  readonly addresses: readonly string[]
  readonly rank: number
  readonly wait: number
  readonly patience: number
  #session: TensorflowSession | undefined
  #instance = 1
  #longest: number | null = null
  #lost: GroupLost | undefined

  private constructor(
    private readonly tensorflow: Tensorflow,
    readonly target: string,
    { addresses, rank, wait, patience }: Hosts,
  ) {
    this.addresses = addresses
    this.rank = rank
    this.wait = wait
    this.patience = patience
  }

  /** Starts the server of this process. It runs until the process ends. Throws a GroupLost if it cannot listen. */
  static start(tensorflow: Tensorflow, hosts: Hosts): TensorflowGroup {
    const { call } = tensorflow
    const { addresses, rank } = hosts
    // gRPC would ask the proxy of this machine for the others
    setForLibraries('no_grpc_proxy', addresses.map(hostOf).join(','))
    const status = call.TF_NewStatus()
    const check = () => {
      if (call.TF_GetCode(status) === 0) return
      const words = call.TF_Message(status).split('\n')[0]
      throw new GroupLost(`TensorFlow cannot listen on ${addresses[rank]}: ${words}. Is another program there?`)
    }
    try {
      const definition = serverDef(hosts)
      const server = tensorflow.quietly(() => call.TF_NewServer(definition, definition.length, status))
      check()
      tensorflow.quietly(() => call.TF_ServerStart(server, status))
      check()
      return new TensorflowGroup(tensorflow, call.TF_ServerTarget(server), hosts)
    } finally {
      call.TF_DeleteStatus(status)
    }
  }

  /** True once another process is lost. Sessions cannot be closed then: that would wait for it. */
  get isLost(): boolean {
    return this.#lost !== undefined
  }

  /** Numbers for `count` additions. Every process must ask for them in the same order. */
  instances(count: number): number {
    const first = this.#instance
    this.#instance += count
    return first
  }

  async fromFirst(bytes: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const own = this.rank === 0 ? await bytes() : new Uint8Array()
    const [length = 0] = await this.#sum(Int32Array.of(own.length))
    const words = new Int32Array(Math.ceil(length / Int32Array.BYTES_PER_ELEMENT))
    new Uint8Array(words.buffer).set(own)
    const sums = await this.#sum(words)
    return new Uint8Array(sums.buffer, sums.byteOffset, length)
  }

  async gather(text: string): Promise<readonly string[]> {
    const own = new TextEncoder().encode(text)
    const lengths = await this.#sum(Int32Array.from(this.addresses, (_, rank) => (rank === this.rank ? own.length : 0)))
    const starts = lengths.map((_, rank) => lengths.subarray(0, rank).reduce((sum, length) => sum + length, 0))
    // one number for each byte: texts are short
    const all = new Int32Array(1 + lengths.reduce((sum, length) => sum + length, 0))
    all.set(own, starts[this.rank])
    const bytes = Uint8Array.from(await this.#sum(all))
    return Array.from(lengths, (length, rank) =>
      new TextDecoder().decode(bytes.subarray(starts[rank], starts[rank]! + length)),
    )
  }

  /**
   * Waits for a step, in which all processes take part. Throws a GroupLost if another one ends, or takes too long.
   * `isFirst`: the step is new, so that others may still compile it.
   */
  async step(work: Promise<void>, isFirst: boolean): Promise<void> {
    const began = performance.now()
    const limit = Math.max(this.patience, TIMES_LONGEST * (this.#longest ?? 0))
    await this.#within(isFirst ? Math.max(limit, this.wait) : limit, work)
    this.#longest = Math.max(this.#longest ?? 0, isFirst ? 0 : performance.now() - began)
  }

  /** Waits for work in which all processes take part, for at most these milliseconds. */
  async #within(limit: number, work: Promise<void>): Promise<void> {
    if (this.#lost) throw this.#lost
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new GroupLost(this.#silence(limit))), limit)
    })
    try {
      await Promise.race([work, late])
    } catch (error) {
      const failure = lostIn(error)
      if (failure instanceof GroupLost) this.#lost = failure
      throw failure
    } finally {
      clearTimeout(timer)
    }
  }

  #silence(limit: number): string {
    const others = this.addresses.filter((_, index) => index !== this.rank).join(', ')
    const seconds = Math.round(limit / 1000)
    return this.#longest === null
      ? `Not all hosts came within ${seconds} s: ${others}.`
      : `Nothing came from the other hosts for ${seconds} s: ${others}.`
  }

  /** Adds an array over all processes. */
  async #sum(numbers: Int32Array): Promise<Int32Array> {
    const instance = this.instances(1)
    this.#session ??= new TensorflowSession(
      this.tensorflow,
      sessionConfig({ precision: 'float32', rank: this.rank }),
      this.target,
    )
    const session = this.#session
    const { nodes, emit } = writerOf(`sum${instance}/`)
    const shape = [numbers.length]
    const given = emit.op('Placeholder', [], { dtype: { type: 'int32' }, shape: { shape } })
    const sum = collectiveSum(emit, given, 'int32', { hosts: this.addresses.length, instance })
    session.add(encodeGraph(nodes))
    const tensor = session.tensor('int32', shape, numbers.byteLength)
    new Int32Array(tensor.values).set(numbers)
    const sums = new Int32Array(numbers.length)
    const run = session.prepare([[given, tensor.handle]], [sum], [])
    await this.#within(
      this.wait,
      session.run(run, (_, { buffer, byteOffset }) => sums.set(new Int32Array(buffer, byteOffset, sums.length))),
    )
    session.free(tensor.handle)
    return sums
  }
}

/** The error of a step as a lost group, if it can be one. */
function lostIn(error: unknown): unknown {
  if (!(error instanceof TensorflowFailure)) return error
  const { code, words } = error
  if (LOST.includes(code)) return new GroupLost(`Another host is lost: ${words}.`)
  if (MAYBE_LOST.includes(code)) return new GroupLost(`Another host is lost, or TensorFlow has failed here: ${words}.`)
  return error
}

/** The host of an address, without its port and brackets. */
const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '')

/** The ServerDef of a process. */
function serverDef({ addresses, rank }: Hosts): Uint8Array {
  const writer = new BinaryWriter()
  message(writer, 1, (cluster) =>
    message(cluster, 1, (job) => {
      job.tag(1, WireType.LengthDelimited).string(JOB)
      for (const [index, address] of addresses.entries()) {
        message(job, 2, (task) =>
          task.tag(1, WireType.Varint).int32(index).tag(2, WireType.LengthDelimited).string(address),
        )
      }
    }),
  )
  writer.tag(2, WireType.LengthDelimited).string(JOB)
  writer.tag(3, WireType.Varint).int32(rank)
  writer.tag(4, WireType.LengthDelimited).bytes(sessionConfig({ precision: 'float32', rank }))
  writer.tag(5, WireType.LengthDelimited).string('grpc')
  return writer.finish()
}
