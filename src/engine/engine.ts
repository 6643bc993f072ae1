/** The seam between engines and the loop. State lives wherever the engine keeps it. */
import type { Program } from '../program/program.js'

/** Arrays of one batch by input name, `size` samples each. Valid until the next batch is asked for. */
export interface Batch {
  readonly size: number
  readonly arrays: Readonly<Record<string, Uint8Array | Int32Array | Float32Array>>
}

export type Scalars = Readonly<Record<string, number>>

/** Results of a step by name, flat. Valid until the next run. */
export type Outputs = Readonly<Record<string, Float32Array>>

/** All state by slot name, copied. */
export type StateValues = Readonly<Record<string, Float32Array>>

export interface Engine {
  readonly name: string
  /** Prepares programs that share one state, at its initial values. `seed` feeds the noise inputs. */
  load(programs: Readonly<Record<string, Program>>, options: LoadOptions): Promise<Runner>
}

export interface LoadOptions {
  readonly seed: number
  /** The largest batch that will be run. */
  readonly batchSize: number
}

export interface Runner {
  /**
   * Runs one step of a program and, where it updates state, keeps the new values.
   * If an output is NaN or infinite the state stays as it was before the step.
   */
  run(program: string, batch: Batch, scalars: Scalars): Promise<Outputs>
  /** The whole state, bit for bit. */
  read(): Promise<StateValues>
  /** Replaces the named part of the state, bit for bit. */
  write(values: StateValues): Promise<void>
  dispose(): Promise<void>
}
