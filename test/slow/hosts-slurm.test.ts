/** The processes of a step of Slurm train one run: `eval "$(scripts/slurm.sh)"`. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runShell, temporaryFolder } from '../support/command.js'
import { startSlurm } from '../support/slurm.js'

const { SLURM_ROOT } = process.env

test.skipIf(SLURM_ROOT === undefined)('srun of two processes: the first one writes the run', async () => {
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify(SPEC) })
  const { env, stop } = await startSlurm(SLURM_ROOT!)
  try {
    const line = 'TRAINSPEC_HOSTS=slurm srun --ntasks 2 $train spec.json --out run'
    const { code, stderr } = await runShell(line, { cwd, env })
    expect(code, stderr).toBe(0)
    expect(stderr.match(/Train on 7200 samples/g)).toHaveLength(1)
    expect(JSON.parse(readFileSync(join(cwd, 'run/history.json'), 'utf8')).metrics.loss).toHaveLength(2)
    expect(existsSync(join(cwd, 'run/model/weights.bin'))).toBe(true)
  } finally {
    await stop()
  }
})

const SPEC = {
  name: 'small',
  data: { dataset: 'mnist-10k', flatten: true },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 10, activation: 'softmax' }] },
  loss: 'categorical_crossentropy',
  fit: { batch_size: 250, epochs: 2, validation_split: 0.1 },
}
