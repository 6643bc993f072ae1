/** Work that runs side by side, and now and then a piece that must run alone. */

let running = 0
let alone: Promise<unknown> = Promise.resolve()
let allDone = () => {}

/** Runs work beside other such work, but not while a piece runs alone. */
export async function beside<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let before: typeof alone | undefined; before !== alone; ) {
    before = alone
    await before
  }
  running++
  try {
    return await work()
  } finally {
    running--
    if (running === 0) allDone()
  }
}

/** Runs work after all other has ended, and lets none begin meanwhile. Must not be called within `beside`. */
export function byItself<Result>(work: () => Promise<Result>): Promise<Result> {
  const turn = alone.then(async () => {
    if (running > 0) {
      await new Promise<void>((done) => {
        allDone = done
      })
    }
    return work()
  })
  alone = turn.catch(() => {})
  return turn
}
