/** The form of every schedule of the table. */
import type { DeepReadonly } from '../../spec/family.js'
import type { ScheduleSpec, StepCount } from '../../spec/schedules.js'

/** The learning rate of the step that comes after so many. As in Keras these are steps, not updates, where gradients are accumulated. */
export type Schedule = (done: number) => number

export type ScheduleOf<Type extends ScheduleSpec['type']> = DeepReadonly<Extract<ScheduleSpec, { type: Type }>>

/** Turns a count of a spec into steps. */
export type Steps = (count: DeepReadonly<StepCount> | null) => number
