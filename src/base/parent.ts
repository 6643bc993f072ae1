/** A process that ends in good order when the one that started it is gone. */

/** Name of the variable of the environment that asks for it. The process needs a channel to its parent. */
export const ENDS_WITH_PARENT = 'TRAINSPEC_ENDS_WITH_PARENT'

/** Sends this process SIGTERM when its parent has ended, if the environment asks for it. */
export function watchParent(): void {
  if (process.env[ENDS_WITH_PARENT] === undefined || !process.channel) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  // the listener alone must not keep the process running
  process.channel.unref()
}
