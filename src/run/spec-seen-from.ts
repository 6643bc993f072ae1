import { seenFrom, withPaths } from '../data/own/paths.js'
import type { ResolvedSpec } from '../spec/spec.js'

/** A spec whose file is in this folder: the paths of data and of `start` are relative to it. */
export const specSeenFrom = (folder: string, spec: ResolvedSpec): ResolvedSpec =>
  ({
    ...spec,
    data: withPaths(spec.data, (path) => seenFrom(folder, path)),
    ...(spec.start && { start: { ...spec.start, from: seenFrom(folder, spec.start.from) } }),
  }) as ResolvedSpec
