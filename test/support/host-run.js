/**
 * Trains a spec for some epochs, as one of the hosts in TF_CONFIG or alone: node host-run.js SPEC SETTING... Prints the
 * loss of every step, the measures of every epoch, the warnings, and a hash of the state as JSON. The data are those of
 * the pack that TRAINSPEC_HOSTS_PACK names, if it does.
 */
import { createHash } from 'node:crypto'
import { openFrom } from '../../dist/cli/train-for-first.js'
import { openEngine } from '../../dist/engine/registry.js'
import { hostsIn } from '../../dist/hosts/tf-config.js'
import { requireSpec } from '../../dist/run/read-spec.js'
import { openSession } from '../../dist/run/session.js'
import { parseSetting } from '../../dist/spec/override.js'
import { train } from '../../dist/training/loop.js'

const [path, ...settings] = process.argv.slice(2)
const pack = process.env.TRAINSPEC_HOSTS_PACK
const reading = pack === undefined ? {} : { open: openFrom(pack) }
const { spec, data } = await requireSpec(path, settings.map(parseSetting), process.stdin, undefined, reading)
const hosts = hostsIn(process.env)
const { engine } = await openEngine('tensorflow', {
  ...{ device: 'cpu', precision: 'float32', logs: false },
  ...(hosts && { hosts }),
})
const warnings = []
const session = await openSession(spec, await data.load(), engine, { warn: (text) => warnings.push(text) })
const { runner } = session
const losses = []
const epochs = []
const watched = Object.assign(Object.create(runner), {
  async run(program, batch, ...rest) {
    const outputs = await runner.run(program, batch, ...rest)
    if (program.startsWith('train')) losses.push(outputs.loss[0] / (batch.share?.of ?? batch.size))
    return outputs
  },
  read: () => runner.read(),
  write: (values) => runner.write(values),
})
const { signal } = new AbortController()
const now = () => performance.now()
const files = { write: async () => {}, appended: async () => [] }
const began = now()
for await (const event of train({ ...session.training, runner: watched, signal, now, files, checkpoints: null })) {
  if (event.type === 'epochEnd') epochs.push(event.metrics)
}
const seconds = (now() - began) / 1000
const hash = createHash('sha256')
const state = await runner.read()
for (const name of Object.keys(state).sort()) hash.update(name).update(state[name])
const sent = JSON.stringify({ losses, epochs, warnings, state: hash.digest('hex'), seconds })
process.stdout.write(`${sent}\n`, () => process.exit(0))
