// For vitest: before tests run src/ it makes what they need of generated/; once more before each further run of --watch,
// because the schema of a spec may have changed.
import { join } from 'node:path'
import { runnerImport } from 'vite'
import { bringFont, makeGradients, makeKernels, makeValidator } from '../../scripts/generated.js'

const SOURCE = join(import.meta.dirname, '../../src/spec/validator-code.ts')

export default async function setup(project) {
  const make = () => makeValidator(async () => (await runnerImport(SOURCE)).module.validatorCode)
  await bringFont()
  await makeKernels()
  await makeGradients()
  await make()
  project.onTestsRerun(make)
}
