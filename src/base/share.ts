/** The share that one of several hosts has in a batch. */

/** One of several parts of a batch, whose numbers of rows differ by at most one. */
export interface Part {
  /** From 0. */
  readonly index: number
  readonly of: number
}

/** The place of some rows in a batch. */
export interface Share {
  /** Rows of the whole batch. */
  readonly of: number
  /** Rows before these. */
  readonly from: number
  /** Number of these rows that count: all, or none of a part that would be empty, which has the first row instead. */
  readonly counted: number
}

/** The place of a part in a batch of `of` rows. */
export function shareOf(of: number, part: Part): Share {
  const [from, to] = [part.index, part.index + 1].map((index) => Math.floor((of * index) / part.of)) as [number, number]
  return from === to ? { of, from: 0, counted: 0 } : { of, from, counted: to - from }
}

/** Number of rows of a share, at least one. */
export const rowsIn = ({ counted }: Share): number => Math.max(1, counted)

/** Number of samples of a whole batch, of which these may be the share of one host. */
export const samplesOf = ({ size, share }: { readonly size: number; readonly share?: Share }): number =>
  share?.of ?? size
