/** For vitest: a project for each mutation, with the tests that must catch it, and one in which nothing is broken. */
import { join, relative, resolve } from 'node:path'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import type { Reporter, TestCase } from 'vitest/node'
import { PATIENCE } from '../../vitest.config.js'
import { CATCHERS, type Catcher, type Mutation, TRIED, UNBROKEN } from './mutations.js'

const root = resolve(import.meta.dirname, '../..')
const dist = join(root, 'dist')

const project = (name: string, catchers: readonly Catcher[], mutation?: Mutation): TestProjectInlineConfiguration => ({
  root,
  plugins: [
    {
      name: 'broken',
      enforce: 'pre',
      resolveId(source, importer) {
        if (!importer || !source.startsWith('.')) return null
        const path = relative(join(root, 'src'), resolve(importer, '..', source))
        return path.startsWith('..') ? null : join(dist, path)
      },
      transform: (code, id) => (mutation && id === join(dist, mutation.file) ? broken(code, mutation) : null),
    },
  ],
  test: {
    name,
    include: [...new Set(catchers.map((catcher) => `test/${CATCHERS[catcher].file}.test.ts`))],
    testTimeout: PATIENCE.slow,
    // the fastest is enough, and named by what catches
    provide: { engines: 'all' },
    // or they would not pass through here
    server: { deps: { inline: [/\/dist\//] } },
  },
})

/** Fails where the line is gone: a mutation that changes nothing would be caught by nothing. */
function broken(code: string, { from, to }: Mutation): string {
  const found = code.split(from).length - 1
  if (found !== 1) throw new Error(`found ${found} times, must be once: ${from}`)
  return code.replace(from, to)
}

/** Results of the tests, by project. The test that started vitest reads them. */
const outcomes: Reporter = {
  onTestRunEnd(modules) {
    const ran = modules.flatMap(({ project, children }) =>
      [...children.allTests()].map((one) => ({ project: project.name, test: one.fullName, ...outcome(one) })),
    )
    process.stdout.write(JSON.stringify(ran.filter(({ state }) => state !== 'skipped')))
  },
}

const outcome = (one: TestCase) => {
  const { state, errors } = one.result()
  const [error] = errors ?? []
  return { state: state as string, message: error ? `${error.name}: ${error.message}` : '' }
}

/** The names of tests, of which only these run. */
const named = Object.values(CATCHERS).map(({ test }) => `${test.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`)

export default defineConfig({
  test: {
    reporters: [outcomes],
    testNamePattern: new RegExp(named.join('|')),
    projects: [
      ...TRIED.map(([name, mutation]) => project(name, [mutation.caughtBy], mutation)),
      project(UNBROKEN, Object.keys(CATCHERS) as Catcher[]),
    ],
  },
})
