import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { defineConfig, type Plugin, type TestProjectInlineConfiguration } from 'vitest/config'

const root = import.meta.dirname
const dist = join(root, 'dist')

/** Tests are typed against src/; outside of `unit` they run dist/, built just before. */
const srcIsDist: Plugin = {
  name: 'src-is-dist',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!importer || !source.startsWith('.')) return null
    const path = relative(join(root, 'src'), resolve(importer, '..', source))
    return path.startsWith('..') ? null : { id: join(dist, path), external: true }
  },
}

const ALL = ['test/**/*.test.ts']
const FULL = ['test/**/*.full.test.ts']
const EACH_ENGINE = ['test/**/*.engines.test.ts']
const COMMAND = ['test/**/*.command.test.ts']
const SLOW = ['test/slow/*.test.ts']

/** Milliseconds that a test may take, against what never ends: most take a hundredth of them. */
export const PATIENCE = { unit: 30_000, engines: 60_000, full: 60_000, command: 60_000, slow: 300_000 }

/** A hook may prepare several runs for the tests of a file. */
const HOOK = 3

const project = (
  name: keyof typeof PATIENCE,
  test: TestProjectInlineConfiguration['test'],
  plugins: Plugin[] = [],
): TestProjectInlineConfiguration => ({
  extends: true,
  plugins,
  test: { name, testTimeout: PATIENCE[name], hookTimeout: HOOK * PATIENCE[name], ...test },
})

/** A file's name says which project it belongs to: CONTRIBUTING.md has the rule. */
export default defineConfig({
  test: {
    // vitest leaves one to itself, but most tests of commands wait for what they start
    maxWorkers: availableParallelism(),
    provide: { engines: 'all' },
    projects: [
      project('unit', {
        include: ALL,
        exclude: [...FULL, ...COMMAND, ...SLOW],
        globalSetup: 'test/support/generated.js',
        isolate: false,
        provide: { engines: 'reference' },
      }),
      project('engines', { include: EACH_ENGINE, provide: { engines: 'others' } }, [srcIsDist]),
      project('full', { include: FULL }, [srcIsDist]),
      project('command', { include: COMMAND }, [srcIsDist]),
      project('slow', { include: SLOW }, [srcIsDist]),
    ],
  },
})
