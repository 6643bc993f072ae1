/** Compares the folders of two runs, byte for byte but for times. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { VerifyReport } from '../../export/verify-report.js'
import { comparedAs, differenceOf, isCompared } from './comparable.js'

/** The first run is the one without a break. */
export async function compareFiles(straight: string, resumed: string): Promise<VerifyReport['compared']> {
  const [ofStraight, ofResumed] = await Promise.all([filesIn(straight), filesIn(resumed)])
  const names = [...new Set([...ofStraight.keys(), ...ofResumed.keys()])].toSorted()
  return Promise.all(
    names.map(async (file) => {
      const [one, other] = await Promise.all([ofStraight, ofResumed].map((files) => contentOf(files.get(file))))
      const difference =
        one === null || other === null
          ? `only the ${one === null ? 'resumed' : 'straight'} run has it`
          : differenceOf(file, one!, other!)
      return { file, bytes: (one ?? other)!.length, equal: difference === null, difference }
    }),
  )
}

/** The files that are compared, by the name under which they are. */
async function filesIn(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted()
  const files = new Map<string, string[]>()
  for (const path of paths) {
    const inside = relative(folder, path)
    if (!isCompared(inside)) continue
    const name = comparedAs(inside)
    files.set(name, [...(files.get(name) ?? []), path])
  }
  return files
}

const contentOf = async (paths: readonly string[] | undefined): Promise<Uint8Array | null> =>
  paths ? Buffer.concat(await Promise.all(paths.map((path) => readFile(path)))) : null
