/** The request that opens data of the user, and its result. */
import type { OwnDataSpec } from '../../spec/own-data.js'
import type { OpenData } from '../data.js'
import type { DataWatch } from '../watch.js'
import type { TargetKindOf } from './decide.js'
import type { Fitting } from './fold.js'

export interface OwnRequest {
  readonly data: OwnDataSpec
  readonly seed: number
  readonly fit: Fitting
  readonly kindOf: TargetKindOf
  readonly watch: DataWatch
  /** Bytes of rows that stay in memory. */
  readonly budget?: number
}

/** Data of the user, and its spec with everything that was decided. */
export interface OpenOwn extends OpenData {
  readonly data: OwnDataSpec
}
