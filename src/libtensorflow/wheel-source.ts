/** The official wheels as the source of an installation: downloaded with pip, or with Node alone, then unpacked. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type DownloadOptions, sha256Of } from '../base/download.js'
import { UserError } from '../base/issue.js'
import { makeFolder } from '../base/make-folder.js'
import type { TransferListener } from '../base/transfer.js'
import { shown, withoutPasswords } from '../base/url.js'
import { bytesIn } from './disk-space.js'
import { download } from './download.js'
import { downloadsFolder } from './installed.js'
import { DEFAULT_INDEX, findWheel, indexOf } from './package-index.js'
import { findPip, pipDownload } from './pip.js'
import type { Environment } from './python.js'
import type { Source } from './source.js'
import { unpackWheel } from './unpack.js'
import type { Wheel } from './wheels.js'

export interface WheelSourceOptions {
  readonly cache: string
  readonly env: Environment
  readonly signal: AbortSignal
  readonly listener: TransferListener
  /** Waiting times of downloads. */
  readonly patience?: Pick<DownloadOptions, 'waitsMs' | 'stallMs'>
}

/** Makes a source from wheels; the one with TensorFlow must be the first. */
export async function wheelSource(wheels: readonly Wheel[], options: WheelSourceOptions): Promise<Source> {
  const { cache, env, signal } = options
  const downloads = downloadsFolder(cache)
  const here = await Promise.all(wheels.map(({ file }) => bytesIn(join(downloads, file))))
  const python = await findPip(env, signal)
  const index = indexOf(env)
  return {
    version: wheels[0]!.version,
    from: python === undefined || index !== DEFAULT_INDEX ? shown(index) : `${index}, or the index in pip's settings`,
    means: python === undefined ? 'Node alone' : 'pip',
    files: wheels.map(({ file, bytes }, at) => ({ name: file, bytes, here: Math.min(bytes, here[at]!) })),
    bytes: sum(wheels.map(({ unpacked }) => unpacked)),
    async fill(folder) {
      await makeFolder(downloads)
      for (const wheel of wheels) await fetchWheel(wheel, python, index, options)
      for (const { file, unpacked } of wheels) {
        await unpackWheel(join(downloads, file), folder, {
          signal,
          onBytes: (done) => options.listener.progress({ verb: 'Unpacking', file, done, total: unpacked }),
        })
      }
    },
    async done() {
      for (const { file } of wheels) await rm(join(downloads, file), { force: true })
    },
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

async function fetchWheel(
  wheel: Wheel,
  python: string | undefined,
  index: string,
  { cache, env, signal, listener, patience }: WheelSourceOptions,
): Promise<void> {
  const path = join(downloadsFolder(cache), wheel.file)
  const onBytes = (done: number) =>
    listener.progress({ verb: 'Downloading', file: wheel.file, done: Math.min(done, wheel.bytes), total: wheel.bytes })
  const here = await bytesIn(path)
  onBytes(here)
  if (here === wheel.bytes && (await sha256Of(path, signal)) === wheel.sha256) return
  const withoutPip = async () => {
    const stallMs = patience?.stallMs
    const { url, headers } = await findWheel(index, wheel, {
      ...{ env, signal, listener },
      ...(stallMs !== undefined && { stallMs }),
    })
    await download({ url, headers, path, bytes: wheel.bytes, sha256: wheel.sha256 }, { signal, onBytes, ...patience })
  }
  if (python === undefined) return withoutPip()
  if (here > 0) {
    // resume an incomplete download, which pip cannot do
    try {
      return await withoutPip()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      listener.say(`${error.message} Downloading all of ${wheel.file} with pip.`)
    }
  }
  const work = join(downloadsFolder(cache), 'pip')
  const stallMs = patience?.stallMs
  const complaint = await pipDownload(wheel, path, {
    ...{ python, env, work, signal, onBytes },
    ...(stallMs !== undefined && { stallMs }),
  })
  if (complaint !== undefined) {
    listener.say(`pip could not download ${wheel.file} (${withoutPasswords(complaint)}); downloading it without pip.`)
    return withoutPip()
  }
  if ((await sha256Of(path, signal)) === wheel.sha256) return
  await rm(path, { force: true })
  throw new UserError(
    `${wheel.file}, as pip downloaded it, is not the official file: its SHA-256 differs, so it was deleted.`,
  )
}
