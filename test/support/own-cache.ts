/** A cache folder for each test of a file. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

/** Returns a function that gives the folder. */
export function ownCache(): () => string {
  let cache: string
  const before = process.env.XDG_CACHE_HOME
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'cache-'))
    process.env.XDG_CACHE_HOME = cache
  })
  afterEach(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = before
    rmSync(cache, { recursive: true })
  })
  return () => cache
}
