/** How two threads take turns: one begins a turn and goes on with its own work, the other does it and ends it. */

/** Cells of the shared counters: turns begun, turns ended, what is to be run, and whether it failed. */
const BEGUN = 0
const ENDED = 1
const SESSION = 2
const FAILED = 3
const CELLS = 4

/** In place of a session: there is a message. */
export const MESSAGE = -1

export const newControl = () => new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT)

export class Turns {
  readonly #cells: Int32Array

  constructor(control: SharedArrayBuffer) {
    this.#cells = new Int32Array(control)
  }

  begin(session: number): void {
    Atomics.store(this.#cells, SESSION, session)
    Atomics.add(this.#cells, BEGUN, 1)
    Atomics.notify(this.#cells, BEGUN)
  }

  /** Sleeps until a turn begins; gives what is to be run. */
  awaitTurn(): number {
    const ended = Atomics.load(this.#cells, ENDED)
    Atomics.wait(this.#cells, BEGUN, ended)
    return Atomics.load(this.#cells, SESSION)
  }

  end(failed: boolean): void {
    Atomics.store(this.#cells, FAILED, Number(failed))
    Atomics.add(this.#cells, ENDED, 1)
    Atomics.notify(this.#cells, ENDED)
  }

  /** Sleeps until the turn has ended, but no longer than so many milliseconds. */
  awaitEnd(timeout: number): 'well' | 'badly' | 'never' {
    const begun = Atomics.load(this.#cells, BEGUN)
    for (let ended = Atomics.load(this.#cells, ENDED); ended !== begun; ended = Atomics.load(this.#cells, ENDED)) {
      if (Atomics.wait(this.#cells, ENDED, ended, timeout) === 'timed-out') return 'never'
    }
    return Atomics.load(this.#cells, FAILED) === 0 ? 'well' : 'badly'
  }
}
