/** Hosts that compute one run together: each has a share of every batch, and all have the same state. */

/** A process in a group of them. */
export interface Hosts {
  /** The addresses at which the libraries of the processes listen, `10.0.0.1:2222`, in the order of their ranks. */
  readonly addresses: readonly string[]
  /** The number of this process, from 0. */
  readonly rank: number
  /** Milliseconds to wait for the others at the beginning. */
  readonly wait: number
  /** Milliseconds that a step may take, at the least, before another process is taken for lost. */
  readonly patience: number
}

/** A group whose processes have found one another. */
export interface Group extends Hosts {
  /** Gives every process the bytes of the first one. Every process must call it, and in the same order. */
  fromFirst(bytes: () => Promise<Uint8Array>): Promise<Uint8Array>
  /** Gives every process the texts of all, by their ranks. Every process must call it, and in the same order. */
  gather(text: string): Promise<readonly string[]>
}

/** Numbers that hosts tell one another: they are added over all hosts with the outputs of each step. */
export interface News {
  /** How many there are. */
  readonly count: number
  /** The numbers of this host. */
  give(): readonly number[]
  /** Hears the sums over all hosts. */
  take(sums: Float32Array): void
}

/** Another process of the group has ended, or does not answer. This process can only end too. */
export class GroupLost extends Error {}
