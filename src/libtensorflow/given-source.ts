/** The source of an installation that `--from` names: a wheel, or a folder with the library. */
import { constants } from 'node:fs'
import { copyFile, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fileProblem } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { makeFolder } from '../base/make-folder.js'
import type { TransferListener } from '../base/transfer.js'
import { isCudaFile, isLibraryFile, isNotice, libraryNames } from './contents.js'
import { libraryIn } from './installed.js'
import type { Source } from './source.js'
import type { Target } from './target.js'
import { unpackedBytes, unpackWheel } from './unpack.js'

export interface GivenSourceOptions {
  readonly target: Target
  readonly signal: AbortSignal
  readonly listener: TransferListener
}

/** Throws a UserError if `from` contains no library. */
export async function givenSource(from: string, options: GivenSourceOptions): Promise<Source> {
  const path = resolve(from)
  const found = await stat(path).catch((error) => {
    throw new UserError(`--from ${from}: ${fileProblem({ code: error.code }) ?? error.message}.`)
  })
  if (found.isDirectory()) return folderSource(from, path, options)
  if (options.target === 'tensorflow') return fileSource(path, found.size, options)
  throw new UserError('`train setup cuda --from` needs a folder: site-packages, with tensorflow and nvidia in it.')
}

async function fileSource(path: string, size: number, { signal, listener }: GivenSourceOptions): Promise<Source> {
  const file = basename(path)
  const bytes = await unpackedBytes(path)
  if (bytes === 0) throw new UserError(`${file} does not contain TensorFlow: there is no ${libraryNames()[0]} in it.`)
  const version = /^tensorflow\w*-(\d[\w.]*)-/.exec(file)?.[1]
  return {
    ...(version !== undefined && { version }),
    from: path,
    files: [{ name: file, bytes: size, here: size }],
    bytes,
    async fill(folder) {
      const onBytes = (done: number) => listener.progress({ verb: 'Unpacking', file, done, total: bytes })
      await unpackWheel(path, folder, { signal, onBytes })
    },
    async done() {},
  }
}

interface Copy {
  readonly from: string
  /** Path inside the folder of the installation. */
  readonly to: string
  readonly bytes: number
}

async function folderSource(from: string, path: string, options: GivenSourceOptions): Promise<Source> {
  const library = [path, join(path, 'lib'), join(path, 'tensorflow')].find((one) => libraryIn(one) !== undefined)
  if (library === undefined) {
    throw new UserError(
      `--from ${from}: there is no ${libraryNames().join(' or ')} in this folder, in its lib/ or in its tensorflow/.`,
    )
  }
  const copies = [
    ...(await copiesIn(library, 'tensorflow', (name) => isLibraryFile(name) || isNotice(name))),
    // a C package has its licences beside lib/
    ...(basename(library) === 'lib' ? await copiesIn(dirname(library), 'tensorflow', isNotice) : []),
  ]
  if (options.target === 'cuda') {
    const cuda = await cudaCopies(join(dirname(library), 'nvidia'))
    if (cuda.length === 0) {
      throw new UserError(`--from ${from}: there are no NVIDIA packages (nvidia/) beside ${library}.`)
    }
    copies.push(...cuda)
  }
  return {
    from: path,
    files: copies.map(({ from: name, bytes }) => ({ name, bytes, here: bytes })),
    bytes: copies.reduce((sum, { bytes }) => sum + bytes, 0),
    fill: (folder) => copyAll(copies, folder, options),
    async done() {},
  }
}

/** Lists the files of a folder. A link counts as its target. */
async function copiesIn(folder: string, to: string, wanted: (name: string) => boolean): Promise<Copy[]> {
  const names = (await readdir(folder)).filter(wanted)
  const found = await Promise.all(
    names.map(async (name) => ({ name, stats: await stat(join(folder, name)).catch(() => undefined) })),
  )
  return found.flatMap(({ name, stats }) =>
    stats?.isFile() ? [{ from: join(folder, name), to: join(to, name), bytes: stats.size }] : [],
  )
}

async function cudaCopies(nvidia: string): Promise<Copy[]> {
  const names = await readdir(nvidia, { recursive: true }).catch(() => [])
  const wanted = names.map((name) => join('nvidia', name)).filter(isCudaFile)
  const found = await Promise.all(
    wanted.map(async (to) => ({ to, from: join(dirname(nvidia), to), stats: await stat(join(dirname(nvidia), to)) })),
  )
  return found.filter(({ stats }) => stats.isFile()).map(({ from, to, stats }) => ({ from, to, bytes: stats.size }))
}

async function copyAll(copies: readonly Copy[], folder: string, { signal, listener }: GivenSourceOptions) {
  for (const { from, to, bytes } of copies) {
    signal.throwIfAborted()
    listener.progress({ verb: 'Copying', file: basename(from), done: 0, total: bytes })
    await makeFolder(dirname(join(folder, to)))
    await copyFile(from, join(folder, to), constants.COPYFILE_FICLONE)
    listener.progress({ verb: 'Copying', file: basename(from), done: bytes, total: bytes })
  }
}
