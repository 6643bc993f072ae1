/** Slurm on this machine, with two processors, as `scripts/slurm.sh` has extracted it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../src/hosts/free-port.js'
import { type TestCluster, until } from './cluster.js'

/** Starts its three daemons and waits until it takes jobs. */
export async function startSlurm(root: string): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'slurm-'))
  // other users run munge's client
  chmodSync(folder, 0o755)
  const host = hostname().split('.')[0]!
  const libraries = join(root, 'usr/lib', readdirSync(join(root, 'usr/lib'))[0]!)
  const plugins = join(libraries, 'slurm-wlm')
  const env = {
    SLURM_CONF: join(folder, 'slurm.conf'),
    LD_LIBRARY_PATH: `${libraries}:${plugins}`,
    PATH: `${join(root, 'usr/bin')}:${process.env.PATH}`,
  }
  const [controller, worker] = [await freePort(), await freePort()]
  const user = userInfo().username
  for (const name of ['state', 'spool', 'cgroup/systemd']) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o400 })
  writeFileSync(env.SLURM_CONF, configuration({ folder, host, user, plugins, controller, worker }))
  writeFileSync(join(folder, 'cgroup.conf'), `CgroupPlugin=cgroup/v1\nCgroupMountpoint=${join(folder, 'cgroup')}\n`)
  const daemons: ChildProcess[] = []
  const start = (name: string, ...args: string[]) => {
    const log = join(folder, `${name}.stderr`)
    const child = spawn('/bin/sh', ['-c', `exec "$@" 2>'${log}'`, 'sh', join(root, 'usr/sbin', name), ...args], {
      stdio: 'ignore',
      env: { ...process.env, ...env },
    })
    daemons.push(child)
  }
  const stop = async () => {
    const ended = daemons.map((one) => new Promise((resolve) => one.once('exit', resolve)))
    for (const one of daemons) one.kill('SIGTERM')
    await Promise.race([Promise.all(ended), delay(5000)])
    for (const one of daemons) one.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  const run = (command: string, ...args: readonly string[]) =>
    execFileSync(command, args, { env: { ...process.env, ...env }, encoding: 'utf8' })
  const at = (name: string) => join(folder, name)
  start(
    'munged',
    ...['--foreground', '--force', `--key-file=${at('munge.key')}`, `--socket=${at('munge.socket')}`],
    ...[`--pid-file=${at('munged.pid')}`, `--log-file=${at('munged.log')}`, `--seed-file=${at('munge.seed')}`],
  )
  await until(() => readdirSync(folder).includes('munge.socket'))
  start('slurmctld-wlm', '-D', '-c')
  start('slurmd-wlm', '-D', '-d', join(root, 'usr/sbin/slurmstepd-wlm'))
  try {
    await until(() => run('sinfo', '--noheader', '--format=%T').trim() === 'idle')
  } catch (error) {
    const logs = ['slurmctld.log', 'slurmd.log'].map((name) => readFileSync(at(name), 'utf8').slice(-2000))
    await stop()
    throw new Error(`${error}\n${logs.join('\n')}`)
  }
  const jobs = (states: string) =>
    run('squeue', '--noheader', `--states=${states}`, '--format=%A').split('\n').slice(0, -1)
  return {
    env,
    // numbers count up
    submitted: async () => Math.max(0, ...jobs('all').map(Number)),
    active: async () => jobs('PENDING,RUNNING,COMPLETING').length,
    stop,
  }
}

interface Configuration {
  readonly folder: string
  readonly host: string
  readonly user: string
  readonly plugins: string
  readonly controller: number
  readonly worker: number
}

const configuration = ({ folder, host, user, plugins, controller, worker }: Configuration) => `
ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=${user}
SlurmdUser=${user}
AuthInfo=socket=${folder}/munge.socket
PluginDir=${plugins}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
SlurmctldPort=${controller}
SlurmdPort=${worker}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=2,sched_min_interval=0
ReturnToService=2
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`
