/** Replaces a folder by its parts, and takes the classes that its sub-folders name as the target. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { isSoundName } from '../audio/decode.js'
import { LABEL } from '../folders/file-table.js'
import { isPictureName } from '../pictures/format.js'
import { isTextName } from '../text/text-files.js'
import type { FoundSource } from './found-source.js'
import { FolderFiles, isFolder } from './open-source.js'
import { PART_NAMES } from './split-rows.js'

/** Names of the parts, as PART_NAMES numbers them. */
const FIELDS = ['source', 'validation', 'test'] as const

type Parts = { readonly [Field in (typeof FIELDS)[number]]?: string }

/** Replaces a folder that holds `train/`, `val/` and `test/`, or files of these names, by its parts. */
export async function withParts(data: OwnDataSpec): Promise<OwnDataSpec> {
  const { source, validation, test } = data
  if (typeof source !== 'string' || !(await isFolder(source))) return data
  const parts = await partsIn(source)
  if (!parts) return data
  return {
    ...data,
    source: parts.source!,
    validation: validation ?? parts.validation ?? null,
    test: test ?? parts.test ?? null,
  }
}

/** The paths of the parts; undefined if the folder holds something else beside them, or only one. */
async function partsIn(folder: string): Promise<Parts | undefined> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(
    ({ name }) => !name.startsWith('.') && !isPictureName(name) && !isTextName(name) && !isSoundName(name),
  )
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const names = folders.length > 0 ? folders : entries.map(({ name }) => name)
  const parts: Record<string, string> = {}
  for (const name of names) {
    const part = PART_NAMES.get((folders.length > 0 ? name : name.replace(/\..*$/, '')).toLowerCase())
    if (part === undefined && folders.length === 0) continue
    const field = part === undefined ? undefined : FIELDS[part]!
    if (field === undefined || parts[field] !== undefined) return undefined
    parts[field] = join(folder, name)
  }
  return parts.source !== undefined && Object.keys(parts).length > 1 ? parts : undefined
}

/** Without a target, the classes of files are the folders in which they lie. */
export function withLabel(data: OwnDataSpec, { files }: FoundSource): OwnDataSpec {
  if (data.target !== null || data.targets !== null || !(files instanceof FolderFiles)) return data
  const labels = new Set(files.listed.files.map(({ label }) => label))
  return labels.size < 2 ? data : { ...data, target: { column: LABEL, type: 'class' } }
}
