/** JSON pointers (RFC 6901). */

export type Path = readonly (string | number)[]

export const toPointer = (path: Path): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

export const toPath = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

/** True if `pointer` is `ancestor` or inside it. */
export const within = (pointer: string, ancestor: string): boolean =>
  pointer === ancestor || pointer.startsWith(`${ancestor}/`)

/** Returns the pointers of the values that contain it, from the nearest to the whole document. */
export function ancestors(pointer: string): string[] {
  const end = pointer.lastIndexOf('/')
  return end < 0 ? [] : [pointer.slice(0, end), ...ancestors(pointer.slice(0, end))]
}
