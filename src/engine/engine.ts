/** The seam between engines and the loop. State lives wherever the engine keeps it. */
import type { Program } from '../program/program.js'

/** Arrays of one batch by input name, `size` samples each. Valid until the batch after the next one is asked for. */
export interface Batch {
  readonly size: number
  readonly arrays: Readonly<Record<string, Uint8Array | Int32Array | Float32Array>>
}

export type Scalars = Readonly<Record<string, number>>

/** Results of a step by name, flat. Valid until the program's next run. */
export type Outputs = Readonly<Record<string, Float32Array>>

/** All state by slot name, copied. */
export type StateValues = Readonly<Record<string, Float32Array>>

/** Where to compute, as a spec or `--device` says it. */
export type Device = 'auto' | 'cpu' | 'gpu' | `gpu:${number}`

/** Keras' dtype policies: what products are computed in; weights stay float32. */
export type Precision = 'float32' | 'mixed_bfloat16' | 'mixed_float16'

/** What is asked of an engine before it is opened. */
export interface EngineRequest {
  readonly device: Device
  readonly precision: Precision
  /** Whether log lines of native libraries may reach standard error. */
  readonly logs: boolean
}

export const DEFAULT_REQUEST: EngineRequest = { device: 'auto', precision: 'float32', logs: false }

export interface Engine {
  /** As it would be asked for: `onnx`, `tensorflow`, `eager:cpu`. */
  readonly name: string
  /** `cpu`, `gpu:0`, or `gpu` where GPUs have no numbers: what it computes on. */
  readonly device: string
  /** Why not on a GPU, where one was to be expected: for the middle of a sentence. */
  readonly notGpu?: string
  readonly precision: Precision
  /** Programs are traced and compiled; else each operation runs by itself, which is slow. */
  readonly compiled: boolean
  /** Versions of the libraries that compute, by name, for the history of a run. */
  readonly versions: Readonly<Record<string, string>>
  /** Prepares programs that share one state, at its initial values. `seed` feeds the noise inputs. */
  load(programs: Readonly<Record<string, Program>>, options: LoadOptions): Promise<Runner>
}

export interface LoadOptions {
  readonly seed: number
  /** The largest batch that will be run. */
  readonly batchSize: number
  /** Of programs that go on with chains instead of taking batches: how many. */
  readonly chains?: number
  /** Is told what may go wrong. */
  readonly warn?: (text: string) => void
}

export interface Runner {
  /**
   * Runs one step of a program and, where it updates state, keeps the new values.
   * If an output is NaN or infinite the state stays as it was before the step. `meanwhile` is called, if at all, at a
   * moment in which this thread would wait for others.
   */
  run(program: string, batch: Batch, scalars: Scalars, meanwhile?: () => void): Promise<Outputs>
  /** The whole state, bit for bit. */
  read(): Promise<StateValues>
  /** Replaces the named part of the state, bit for bit. */
  write(values: StateValues): Promise<void>
  dispose(): Promise<void>
}
