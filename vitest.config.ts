import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = import.meta.dirname
const dist = join(root, 'dist')

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
    // against what never ends: most are done in a second, and the longest in ten on a machine that does nothing else
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
