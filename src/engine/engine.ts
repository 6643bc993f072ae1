/** The interface between engines and the training loop. Where state lives is up to the engine. */
import type { Share } from '../base/share.js'
import type { Programs } from '../program/program.js'
import type { Device, Precision } from '../spec/engines.js'
import type { Group, Hosts, News } from './group.js'

/**
 * Arrays of one batch by input name, with `size` samples each. Valid until the batch after the next one is requested.
 */
export interface Batch {
  readonly size: number
  readonly arrays: Readonly<Record<string, Uint8Array | Int32Array | Float32Array>>
  /** Set if this is the share that a host has in a batch. */
  readonly share?: Share
}

export type Scalars = Readonly<Record<string, number>>

/** Outputs of a step by name, as flat arrays. Valid until the program's next run. */
export type Outputs = Readonly<Record<string, Float32Array>>

/** Copies of state by slot name. */
export type StateValues = Readonly<Record<string, Float32Array>>

/** Options for opening an engine. */
export interface EngineRequest {
  readonly device: Device
  readonly precision: Precision
  /** True if log lines of native libraries may reach standard error. */
  readonly logs: boolean
  /** The hosts that compute together; absent if this one computes alone. */
  readonly hosts?: Hosts
}

export const DEFAULT_REQUEST: EngineRequest = { device: 'auto', precision: 'float32', logs: false }

export interface Engine {
  /** Name by which a spec selects it: `onnx`, `tensorflow`, `eager:cpu`. */
  readonly name: string
  /** The devices that it computes on: `cpu`, `gpu:0`, `gpu:0,gpu:1`, or `gpu` if GPUs have no numbers. */
  readonly device: string
  /** The reason why it does not use a GPU although one could be expected, as a part of a sentence. */
  readonly notGpu?: string
  readonly precision: Precision
  /** True if programs are traced and compiled; false if each operation runs by itself, which is slow. */
  readonly compiled: boolean
  /** The hosts that compute together; absent if this one computes alone. */
  readonly group?: Group
  /** Versions of the libraries that compute, by name. They are saved in the history of a run. */
  readonly versions: Readonly<Record<string, string>>
  /** Prepares programs that share one state, with its initial values. `seed` is the seed of the noise inputs. */
  load<Loaded extends Programs>(programs: Loaded, options: LoadOptions): Promise<Runner<keyof Loaded & string>>
}

export interface LoadOptions {
  readonly seed: number
  /** The largest batch that will be run. */
  readonly batchSize: number
  /** Number of chains, for programs that advance chains and take no batches. */
  readonly chains?: number
  /** Bytes of the copies of weights and slots that training makes. */
  readonly copies?: number
  /** Layer with the largest output, for messages. */
  readonly largest?: string
  /** Called with a warning, such as that memory may run out. */
  readonly warn?: (text: string) => void
  /**
   * True for a program whose outputs are sums over the batch, so that hosts or devices may share it. Default: for none.
   * The others run on each host for itself, and on one device.
   */
  readonly isShared?: (program: string) => boolean
  /** Set if batches are shared by the hosts of the engine's group. */
  readonly news?: News
}

/** Reads the whole state, bit for bit: into new arrays, or into those that an earlier call has returned. */
export type ReadState = (into?: StateValues) => Promise<StateValues>

/** Runs the programs of these names. */
export interface Runner<Name extends string> {
  /**
   * Runs one step of a program and keeps the new state. If an output is NaN or infinite, state stays as it was before
   * the step. `meanwhile` may be called while this thread would otherwise wait for other threads.
   */
  run(program: Name, batch: Batch, scalars: Scalars, meanwhile?: () => void): Promise<Outputs>
  /** True if whole steps are computed in other threads while `meanwhile` runs. */
  readonly computesElsewhere?: boolean
  read: ReadState
  /** Replaces the named part of the state, bit for bit. */
  write(values: StateValues): Promise<void>
  dispose(): Promise<void>
}
