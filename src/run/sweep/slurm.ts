/** Slurm as a cluster for trials, by its commands, whose settings come from the environment (`man sbatch`). */
import { execFile } from 'node:child_process'
import { constants } from 'node:os'
import { UserError } from '../../base/issue.js'
import { reasonOf } from '../../base/reason.js'
import { type Cluster, type ClusterJob, type JobRequest, TERMINATED } from './cluster-executor.js'
import type { TrialExit } from './executor.js'

/** States in which a job has ended (https://slurm.schedmd.com/squeue.html, "JOB STATE CODES"). */
const ENDED = new Set([
  ...['BOOT_FAIL', 'CANCELLED', 'COMPLETED', 'DEADLINE', 'FAILED', 'NODE_FAIL', 'OUT_OF_MEMORY', 'PREEMPTED'],
  ...['REVOKED', 'TIMEOUT'],
])
/** States that the cluster causes, and not the trial. */
const BY_PLACE = new Set(['BOOT_FAIL', 'DEADLINE', 'NODE_FAIL', 'PREEMPTED', 'REVOKED', 'TIMEOUT'])
/** States in which the exit code says nothing. */
const WITHOUT_CODE = new Set(['CANCELLED', 'OUT_OF_MEMORY'])

/** Seconds before the end of a job's time at which it gets SIGTERM. */
const NOTICE = 60

/** Throws a UserError if Slurm's commands are not here. */
export async function openSlurm(): Promise<Cluster> {
  await slurm('sbatch', ['--version'])
  return { submit, jobs, exitOf, stop }
}

async function submit({ name, script, args, processors, log, env }: JobRequest): Promise<string> {
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

/** Jobs that ended are there for some minutes. */
async function jobs(): Promise<ClusterJob[]> {
  const answer = await slurm('squeue', ['--noheader', '--me', '--states=all', '--format=%A|%T|%j'])
  return answer
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id, state, ...name] = line.trim().split('|')
      return { id: id!, state: state!, name: name.join('|'), isEnded: ENDED.has(state!) }
    })
}

async function exitOf({ id, state }: ClusterJob): Promise<TrialExit | null> {
  if (BY_PLACE.has(state)) return { code: null, signal: state, isByPlace: true }
  if (WITHOUT_CODE.has(state)) return { code: null, signal: state }
  const answer = await slurm('scontrol', ['--oneliner', 'show', 'job', id]).catch(() => '')
  const found = /\bExitCode=(\d+):(\d+)\b/.exec(answer)
  if (!found) return null
  const [code, signal] = [Number(found[1]), Number(found[2])]
  if (signal !== 0) return { code: null, signal: signalName(signal) }
  return { code, signal: null, ...(code === TERMINATED && { isByPlace: true }) }
}

const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, one]) => one === number)?.[0] ?? `signal ${number}`

async function stop(id: string): Promise<void> {
  await slurm('scancel', ['--quiet', '--state=PENDING', id])
  await slurm('scancel', ['--quiet', '--batch', '--signal=TERM', id])
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
