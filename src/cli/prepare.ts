/** From a spec to programs that are ready to run: opens the engine, loads the data, compiles. */
import { loadData } from '../data/registry.js'
import type { Device, Engine } from '../engine/engine.js'
import { openEngine } from '../engine/registry.js'
import type { ResolvedSpec } from '../spec/spec.js'
import type { Io } from './io.js'
import { openSession, type Session } from './session.js'
import { withSpinner } from './spinner.js'

export interface PrepareOptions {
  /** Says nothing of what it does. */
  readonly quiet: boolean
  /** Whether native libraries may log. */
  readonly logs: boolean
}

export async function prepare(
  spec: ResolvedSpec,
  { quiet, logs }: PrepareOptions,
  io: Io,
): Promise<{ readonly engine: Engine; readonly session: Session }> {
  const waiting = <T>(text: string, work: () => Promise<T>) => (quiet ? work() : withSpinner(text, io.stderr, work))
  const { engine, note } = await openEngine(spec.engine, {
    device: spec.device as Device,
    precision: spec.precision,
    logs,
  })
  if (note !== undefined && !quiet) io.stderr.write(`${note}\n`)
  const dataset = await waiting(`Loading ${spec.data.dataset}`, () => loadData(spec.data, spec.seed))
  return { engine, session: await waiting(`Compiling for ${engine.name}`, () => openSession(spec, dataset, engine)) }
}
