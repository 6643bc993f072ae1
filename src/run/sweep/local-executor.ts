/** Trains trials in processes of this machine. */
import { type ChildProcess, spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { inWords } from '../../base/file-problem.js'
import { ENDS_WITH_PARENT } from '../../base/parent.js'
import { PROCESSORS } from '../../base/processors.js'
import { reasonOf } from '../../base/reason.js'
import { TRIAL_FILES } from '../../spec/sweep-files.js'
import { OWN_COMMAND } from '../own-command.js'
import type { Executor, TrialExit } from './executor.js'

/**
 * Each process is in a group of its own, so that Ctrl-C in the terminal reaches this process alone, which decides. They
 * have a channel to it, whose end tells them that it was killed (`base/parent.ts`).
 */
export function localExecutor(slots: number): Executor {
  const running = new Set<ChildProcess>()
  const kill = () => {
    for (const child of running) child.kill('SIGKILL')
  }
  // also when a second Ctrl-C ends this process
  process.on('exit', kill)
  return {
    slots,
    outlives: false,
    kill,
    async start({ folder, args, processors }) {
      const log = await inWords('write the log of a trial', () => open(join(folder, TRIAL_FILES.log), 'a'))
      try {
        const child = spawn(process.execPath, [OWN_COMMAND, ...args], {
          detached: true,
          stdio: ['ignore', log.fd, log.fd, 'ipc'],
          env: { ...process.env, [PROCESSORS]: String(processors), [ENDS_WITH_PARENT]: '1' },
        })
        running.add(child)
        const ended = new Promise<TrialExit>((resolve) => {
          child.once('error', (error) => resolve({ code: null, signal: reasonOf(error) }))
          child.once('exit', (code, signal) => resolve({ code, signal }))
        }).finally(() => running.delete(child))
        return { ended, stop: () => void child.kill('SIGTERM') }
      } finally {
        await log.close()
      }
    },
  }
}
