/** The check of an engine: real engines pass; an engine with one fault does not. */
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { checkEngine } from '../../src/engine/check-engine.js'
import type { Engine, Outputs, Runner } from '../../src/engine/engine.js'
import { openEngine } from '../../src/engine/registry.js'
import { engineNames } from '../support/engines.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

test.each(engineNames)('engine %s passes', async (name) => {
  await checkEngine((await openEngine(name)).engine)
})

describe('is not passed', () => {
  type Run = (
    call: { runner: Runner<string>; program: string; step: number },
    run: () => Promise<Outputs>,
  ) => Promise<Outputs>

  /** An engine that works, but for what is done to each of its steps. */
  async function wrongEngine(distort: Run): Promise<Engine> {
    const { engine } = await openEngine('eager:cpu')
    return {
      ...engine,
      async load(programs, options) {
        const runner = await engine.load(programs, options)
        let step = 0
        return {
          run: (program, batch, scalars) =>
            distort({ runner, program, step: step++ }, () => runner.run(program, batch, scalars)),
          read: () => runner.read(),
          write: (values) => runner.write(values),
          dispose: () => runner.dispose(),
        }
      },
    }
  }

  const changed = (distort: Run) => async () => {
    await expect(checkEngine(await wrongEngine(distort))).rejects.toThrow(UserError)
    await expect(checkEngine(await wrongEngine(distort))).rejects.toThrow(
      /^Engine eager:cpu gives wrong results on cpu: [^\n]+\.$/,
    )
  }

  test(
    'with another loss',
    changed(async (_, run) => ({ loss: Float32Array.from((await run()).loss!, (value) => 1.01 * value) })),
  )

  test(
    'with a loss that is not a number, late',
    changed(async ({ program, step }, run) =>
      program === 'train' && step === 4 ? { loss: Float32Array.of(Number.NaN) } : run(),
    ),
  )

  test(
    'with one weight that stays as it was',
    changed(async ({ runner, program }, run) => {
      const before = await runner.read()
      const outputs = await run()
      if (program === 'train') await runner.write({ 'second/bias': before['second/bias']! })
      return outputs
    }),
  )
})
