/** Slurm's commands: sbatch, squeue, scontrol and scancel. Their settings come from the environment (`man sbatch`). */
import { execFile } from 'node:child_process'
import { UserError } from '../../base/issue.js'
import { reasonOf } from '../../base/reason.js'

/** A job that Slurm knows. */
export interface SlurmJob {
  readonly id: string
  readonly name: string
  /** Such as PENDING or RUNNING: https://slurm.schedmd.com/squeue.html, "JOB STATE CODES". */
  readonly state: string
}

export interface SlurmRequest {
  readonly name: string
  /** Path of the script. */
  readonly script: string
  readonly args: readonly string[]
  readonly processors: number
  /** File to which standard output and standard error are appended. */
  readonly log: string
  /** Variables of the environment, besides those of this process. */
  readonly env: Readonly<Record<string, string>>
}

/** Seconds before the end of a job's time at which it gets SIGTERM. */
const NOTICE = 60

/** Submits a job and returns its number. Throws a UserError with Slurm's words if it is refused. */
export async function submit({ name, script, args, processors, log, env }: SlurmRequest): Promise<string> {
  const options = [
    '--parsable',
    `--job-name=${name}`,
    `--cpus-per-task=${processors}`,
    // Slurm replaces %j and others in the name of the file
    `--output=${log.replaceAll('%', '%%')}`,
    '--open-mode=append',
    '--no-requeue',
    `--signal=B:TERM@${NOTICE}`,
  ]
  const answer = await slurm('sbatch', [...options, script, ...args], env)
  // with several clusters: the number, a semicolon, the cluster
  return answer.trim().split(';')[0]!
}

/** Returns the jobs of this user that Slurm still knows; those that ended are there for some minutes. */
export async function jobs(): Promise<SlurmJob[]> {
  const answer = await slurm('squeue', ['--noheader', '--me', '--states=all', '--format=%A|%T|%j'])
  return answer
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id, state, ...name] = line.trim().split('|')
      return { id: id!, state: state!, name: name.join('|') }
    })
}

/** Returns the exit code and the signal of a job that has ended; null if Slurm does not know it any more. */
export async function exitOf(id: string): Promise<{ readonly code: number; readonly signal: number } | null> {
  const answer = await slurm('scontrol', ['--oneliner', 'show', 'job', id]).catch(() => '')
  const found = /\bExitCode=(\d+):(\d+)\b/.exec(answer)
  return found && { code: Number(found[1]), signal: Number(found[2]) }
}

/** Removes a job that waits. One that runs gets SIGTERM, and ends when it is ready. */
export async function stop(id: string): Promise<void> {
  // a job may begin or end between two commands
  await slurm('scancel', ['--quiet', '--state=PENDING', id]).catch(() => {})
  await slurm('scancel', ['--quiet', '--batch', '--signal=TERM', id]).catch(() => {})
}

/** Throws a UserError if Slurm's commands are not here. */
export async function requireSlurm(): Promise<void> {
  await slurm('sbatch', ['--version'])
}

function slurm(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { env: { ...process.env, ...env }, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout)
      if (error.code === 'ENOENT') {
        return reject(
          new UserError(`Slurm's command ${command} is not found: \`--on slurm\` needs a machine that submits jobs.`),
        )
      }
      const said = stderr.trim().split('\n').at(-1) || reasonOf(error)
      reject(new UserError(`Slurm's command ${command} failed: ${said}`))
    })
  })
}
