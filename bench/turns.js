/** Runs programs in turns, so that changes in the speed of the machine affect all of them. */

/**
 * Each of `programs` runs its steps `rounds` times after a warm-up, while the others are stopped. Each program gets
 * `peer` and, if it runs, `turns` (milliseconds per step: median, min, mean) and `memory`.
 */
export async function takeTurns(programs, { rounds, chunk, log }) {
  for (const program of programs) {
    log(program.name)
    program.turns = []
    program.peer = await program.start()
    if (program.peer.skipped) log(`  skipped: ${program.peer.skipped}`)
  }
  const running = programs.filter(({ peer }) => !peer.skipped)
  for (let round = 0; round <= rounds; round++) {
    log(round === 0 ? 'warming up' : `round ${round} of ${rounds}`)
    // back and forth, so that no program always follows the same one
    for (const program of round % 2 === 0 ? running : running.toReversed()) {
      const { ms_per_step, rss_mb, skipped } = await program.peer.ask({ cmd: 'steps', n: program.steps, chunk })
      if (skipped) throw new Error(`${program.name}: ${skipped}`)
      program.memory = rss_mb
      if (round > 0) program.turns.push(ms_per_step)
    }
  }
}

export const stopAll = async (programs) => {
  for (const { peer } of programs) if (!peer.skipped) await peer.stop()
}
