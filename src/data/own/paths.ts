/** Paths of own data in a spec. In a file they are relative to its folder; in the program, to the current folder. */
import { isAbsolute, join, relative, resolve } from 'node:path'
import type { Named } from '../../base/field.js'
import { isUrl } from '../../base/url.js'
import type { OwnDataSpec, SourceSpec, TargetColumn } from '../../spec/own-data.js'
import type { DataSpec } from '../../spec/spec.js'
import { withTexts } from '../../spec/text-features.js'
import { literal, patternAt } from '../pattern.js'

/** Changes every path in the field `data`. URLs stay as they are. */
export function withPaths(data: DataSpec, change: (path: string) => string): DataSpec {
  if (!('source' in data)) return data
  const one = (path: string) => (isUrl(path) ? path : change(path))
  const several = (paths: string | readonly string[]) => (typeof paths === 'string' ? one(paths) : paths.map(one))
  const source = (given: SourceSpec): SourceSpec =>
    typeof given === 'string' || Array.isArray(given)
      ? several(given as string | readonly string[])
      : Object.fromEntries(Object.entries(given).map(([name, paths]) => [name, several(paths)]))
  const path = <Given>(given: Given) => (typeof given === 'string' ? (change(given) as Given) : given)
  const folder = <Named extends { readonly directory?: string | null | undefined }>(given: Named): Named => ({
    ...given,
    ...(given.directory && { directory: change(given.directory) }),
  })
  const target = (given: TargetColumn): TargetColumn =>
    folder(given.masks === undefined ? given : { ...given, masks: change(given.masks) })
  const features = withTexts(data.features, ({ vocabulary, tokenizer }) => ({
    vocabulary: path(vocabulary),
    tokenizer: path(tokenizer),
  }))
  return {
    ...data,
    features:
      features && !isList(features) ? mapped(features, (one) => ('directory' in one ? folder(one) : one)) : features,
    target: data.target && target(data.target),
    targets: data.targets && mapped(data.targets, target),
    source: source(data.source),
    validation: data.validation && source(data.validation),
    test: typeof data.test === 'number' ? data.test : data.test && source(data.test),
  }
}

const isList = (features: NonNullable<OwnDataSpec['features']>): features is readonly string[] =>
  Array.isArray(features)

const mapped = <Value>(values: Named<Value>, change: (value: Value) => Value): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]))

/** The path of a file that a spec in this folder names. */
export function within(folder: string, path: string): string {
  if (isAbsolute(path)) return path
  // characters of the folder are no pattern
  const plain = patternAt(path) < 0 ? folder : literal(folder)
  return join(plain, path)
}

/** The same path, for a spec in this folder. */
export const seenFrom = (folder: string, path: string): string =>
  isAbsolute(path) || isUrl(path) ? path : relative(resolve(folder), resolve(path))
