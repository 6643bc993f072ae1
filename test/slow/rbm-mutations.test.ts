/** Tests of the tests: for each fault in an RBM, the test named for it fails. It passes without the fault. */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { CATCHERS, type Catcher, TRIED, UNBROKEN } from './mutations.js'

interface Outcome {
  readonly project: string
  /** Its whole name. */
  readonly test: string
  readonly state: string
  readonly message: string
}

test('each fault is caught', async () => {
  const all = await outcomes()
  const found = (project: string, catcher: Catcher) =>
    all.find((one) => one.project === project && one.test.endsWith(CATCHERS[catcher].test))
  for (const catcher of Object.keys(CATCHERS) as Catcher[]) {
    expect(found(UNBROKEN, catcher), `${catcher}, where nothing is broken`).toMatchObject({ state: 'passed' })
  }
  for (const [name, { caughtBy }] of TRIED) {
    // by a number that is wrong, not by code that does not run
    const caught = { state: 'failed', message: expect.stringMatching(/^AssertionError/) }
    expect(found(name, caughtBy), `${caughtBy}, with ${name}`).toMatchObject(caught)
  }
})

/** Runs the tests of `mutations.config.ts`, and reads their results. */
async function outcomes(): Promise<Outcome[]> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const config = join(import.meta.dirname, 'mutations.config.ts')
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
    // tests fail there, and so does vitest
    execFile(process.execPath, [vitest, 'run', '--config', config], (_, stdout, stderr) => resolve({ stdout, stderr }))
  })
  expect(stdout, stderr).toMatch(/^\[/)
  return JSON.parse(stdout) as Outcome[]
}
