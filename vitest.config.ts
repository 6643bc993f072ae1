import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = import.meta.dirname
const dist = join(root, 'dist')

/**
 * Milliseconds, against what never ends: most tests are done in a second, and the longest in some tens of them on a
 * machine that does nothing else.
 */
export const PATIENCE = 300_000

export default defineConfig({
  plugins: [
    {
      // tests are typed against src/ and run what ships: dist/, built just before
      name: 'src-is-dist',
      enforce: 'pre',
      resolveId(source, importer) {
        if (!importer || !source.startsWith('.')) return null
        const path = relative(join(root, 'src'), resolve(importer, '..', source))
        return path.startsWith('..') ? null : { id: join(dist, path), external: true }
      },
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    // vitest leaves one to itself, but most tests of commands wait for what they start
    maxWorkers: availableParallelism(),
    testTimeout: PATIENCE,
    hookTimeout: PATIENCE,
  },
})
