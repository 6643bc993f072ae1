/** One step of training: the programs that its plan names. */
import type { Batch, Outputs, Runner, Scalars } from '../engine/engine.js'
import type { StepName, StepPlan } from '../program/descent.js'

export interface Stepped {
  readonly runner: Runner<StepName>
  readonly plan: StepPlan
}

/** The batch of programs that take state to state, or chains, whose number is fixed. */
export const NOTHING: Batch = { size: 1, arrays: {} }

/** Gives the outputs of the first program. */
export async function runStep(
  { runner, plan }: Stepped,
  batch: Batch,
  scalars: Scalars,
  meanwhile?: () => void,
): Promise<Outputs> {
  const [first, ...rest] = plan.step(scalars.iterations ?? 0)
  const outputs = await runner.run(first, batch, scalars, meanwhile)
  for (const program of rest) await runner.run(program, NOTHING, {})
  return outputs
}

/** Does the work that is left after the last step. */
export async function runEnd({ runner, plan }: Stepped): Promise<void> {
  for (const program of plan.end) await runner.run(program, NOTHING, {})
}
