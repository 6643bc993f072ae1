/** `train` in a process of its own, which tells its events. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { jsonOf } from '../base/json.js'
import { ENDS_WITH_PARENT } from '../base/parent.js'
import { reasonOf } from '../base/reason.js'
import type { RunEvent } from '../export/run-events.js'
import { OWN_COMMAND } from '../run/own-command.js'

export interface TrainProcess {
  /** Resolves when the process has ended and all of its events are heard. */
  readonly ended: Promise<TrainExit>
  /** Ends it at once, so that it cannot write anything more. */
  kill(): void
}

export interface TrainExit {
  /** Null if a signal ended it. */
  readonly code: number | null
  /** All that it wrote to standard error. */
  readonly messages: string
}

/** `heard` gets each event. The process ends in good order if this one is gone. */
export function startTrain(args: readonly string[], heard: (event: RunEvent) => void): TrainProcess {
  const child = spawn(process.execPath, [OWN_COMMAND, ...args, '--events', '-', '--verbose', '0'], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, [ENDS_WITH_PARENT]: '1' },
  })
  let messages = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    messages += text
  })
  createInterface({ input: child.stdout! }).on('line', (line) => {
    // a kill may cut off a line
    const event = jsonOf(line)
    if (event !== undefined) heard(event as RunEvent)
  })
  const ended = new Promise<TrainExit>((resolve) => {
    child.once('error', (error) => resolve({ code: null, messages: reasonOf(error) }))
    child.once('close', (code) => resolve({ code, messages }))
  })
  return { ended, kill: () => void child.kill('SIGKILL') }
}
