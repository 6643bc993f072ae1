/** Steps: functions of the values of a column that prepare them for a model. */
import type { Field } from '../../base/field.js'
import type { Json } from '../../base/json.js'
import type { Room } from '../../base/room.js'
import type { Column, Values } from '../column.js'
import type { DrawAnew } from '../table.js'

/** `Learnt` is the type of what a step learns from training rows; null for a step that learns nothing. */
export interface Step<Learnt extends Json = Json> {
  /** Starts to learn from a column. */
  learning?(given: Column): Learning<Learnt>
  /** True if the values of a row depend on its number. */
  readonly drawsByRow?: true
  /** Returns the column after the step. */
  column(given: Column, learnt: Learnt): Column
  /** Returns the new values of some rows; may return the array that it is given. */
  apply(values: Values, given: Column, learnt: Learnt, at: Place): Values
  /** For a step whose values are drawn again in each epoch: draws them from the result of `apply`. */
  anew?(given: Field, at: Pick<Place, 'source' | 'chain'>): DrawAnew
}

export type RowOf = (index: number) => number

/** Some consecutive rows of a source. */
export interface Place {
  /** Number of the source: training, test. */
  readonly source: number
  /** Number of the chain of steps among all chains; it separates their random draws. */
  readonly chain: number
  /** Number of the first row in the source, from 0. */
  readonly row: number
  /** Memory in which the chain may put the result of a step, until it comes to the next rows. */
  readonly room?: Room
}

/** Sees all training rows in order, as many times as it needs. */
export interface Learning<Learnt extends Json> {
  /** Called before the first row. */
  begin?(): Promise<void>
  /**
   * `rowOf` gives the number of a row in the source, from 0, by its place among these. Absent if the result does not
   * depend on the rows.
   */
  see?(values: Values, rowOf: RowOf): void
  /** Called after all rows: returns the result, or 'again' to see all rows once more. */
  end(): End<Learnt> | Promise<End<Learnt>>
}

export type End<Learnt extends Json> = { readonly learnt: Learnt } | 'again'
