/** The data of a sweep: opened once for all trials that have the same, and packed once before the first of them trains. */
import type { Progress } from '../../base/progress.js'
import type { OpenData } from '../../data/data.js'
import { openData } from '../../data/load.js'

type Open = typeof openData
type Request = Parameters<Open>[0]

/** Data that stay open. Each may keep its rows in memory until they are packed. */
const MOST_OPEN = 4

export interface SharedData {
  /** Opens data, or gives those that were opened for an equal request. */
  readonly open: Open
  /**
   * Packs the rows of every data of the user that was opened, so that each trial reads the packs. Returns a line for each
   * pack that is new.
   */
  pack(
    waiting: (name: string, work: (progress?: Progress) => Promise<void>) => Promise<void>,
  ): Promise<readonly string[]>
}

export function sharedData(): SharedData {
  const opened = new Map<string, Promise<OpenData>>()
  const packed = new Map<string, () => Promise<OpenData>>()
  const open: Open = (request, watch) => {
    const key = keyOf(request)
    const found = opened.get(key)
    opened.delete(key)
    const data = found ?? openPackable(request, watch)
    // the last one that was asked for is last
    opened.set(key, data)
    if (opened.size > MOST_OPEN) opened.delete(opened.keys().next().value!)
    if (isPackable(request)) packed.set(key, () => open(request, watch))
    return data
  }
  return {
    open,
    async pack(waiting) {
      const lines: string[] = []
      for (const [key, data] of packed) {
        const { form, load } = await data()
        await waiting(form.name, async (progress) => {
          const loaded = await load(progress)
          if (loaded.packed !== undefined) lines.push(loaded.packed)
        })
        opened.delete(key)
      }
      packed.clear()
      return lines
    },
  }
}

const isPackable = ({ data }: Request): boolean => 'source' in data && data.cache !== 'memory'

/** Opens data of the user so that they will be packed, whatever their size. The key of a pack does not depend on it. */
async function openPackable(request: Request, watch: Parameters<Open>[1]): Promise<OpenData> {
  const { data } = request
  if (!('source' in data) || data.cache === 'memory') return openData(request, watch)
  const { data: decided, ...rest } = await openData({ ...request, data: { ...data, cache: 'disk' } }, watch)
  return { ...rest, given: data, data: { ...decided, cache: data.cache } as OpenData['data'] }
}

/** Everything that data depend on. */
const keyOf = ({ data, seed, fit, loss, outputs }: Request): string =>
  JSON.stringify([data, seed, fit.validation_split, fit.k_fold, fit.fold, loss, outputs])
