/** Resumable downloads of known files: an incomplete file stays on the disk until the rest is downloaded. */
import { rm } from 'node:fs/promises'
import { bytesOf, type DownloadOptions, requestFile, retried, sha256Of } from '../base/download.js'
import { UserError } from '../base/issue.js'
import { shown } from '../base/url.js'

export interface Download {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Path of the file, which may contain an earlier part of it already. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** Downloads a file. Throws a UserError if that fails, or if the file is not the expected one. */
export async function download(wanted: Download, options: DownloadOptions): Promise<void> {
  const { url, path, bytes, sha256 } = wanted
  const resumed = (await bytesOf(path)) > 0
  await retried(
    url,
    path,
    async () => {
      const have = await bytesOf(path)
      if (have === bytes) return
      if (have > bytes) await rm(path)
      await requestFile({ ...wanted, have: have > bytes ? 0 : have }, options)
    },
    options,
  )
  if ((await sha256Of(path, options.signal)) === sha256) return
  await rm(path, { force: true })
  if (resumed) return download(wanted, options) // the earlier part may have been wrong
  throw new UserError(`${shown(url)} is not the expected file: its SHA-256 differs, so it was deleted.`)
}
