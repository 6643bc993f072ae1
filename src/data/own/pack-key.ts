/** The key of a pack: everything that its rows follow from. */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { endianness } from 'node:os'
import { resolve } from 'node:path'
import { about, inWords } from '../../base/file-problem.js'
import { versionIn } from '../../base/package-version.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { textFiles } from '../text/files.js'
import { icuOf } from '../text/icu.js'
import { targetColumns } from './columns.js'
import { foldOf } from './fold.js'
import { withPaths } from './paths.js'
import type { OwnRequest } from './request.js'

/** Changes when the format of packs does, or what the same spec makes of the same files. */
const FORMAT = 1

export type KeyRequest = Pick<OwnRequest, 'data' | 'seed' | 'fit' | 'kindOf'>

/**
 * A file changes its key with its size and the time of its last change. Paths are relative to the current folder.
 * `named`: the fingerprint of files that the source names.
 */
export async function packKey(
  { data, seed, fit, kindOf }: KeyRequest,
  files: readonly string[],
  named: string | null,
): Promise<string> {
  const { cache: _, ...settings } = withPaths(data, (path) => resolve(path)) as OwnDataSpec
  const facts = {
    format: FORMAT,
    version: versionIn(new URL('../../../package.json', import.meta.url)),
    endianness: endianness(),
    settings,
    seed,
    validation_split: fit.validation_split,
    fold: foldOf(fit),
    kinds: Object.keys(targetColumns(data)).map((name) => [name, kindOf(name)]),
    icu: icuOf(data.features),
    named,
    files: await Promise.all(files.map(factsOf)),
    // one that is missing is reported later, at its place in the spec
    texts: await Promise.all(textFiles(data.features).map((path) => factsOf(path).catch(() => [path]))),
  }
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
}

async function factsOf(path: string): Promise<readonly string[]> {
  const { size, mtimeNs } = await inWords('read a file', () => about(path, () => stat(path, { bigint: true })))
  return [resolve(path), String(size), String(mtimeNs)]
}
