/** JSON pointers (RFC 6901). */

export type Path = readonly (string | number)[]

export const toPointer = (path: Path): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

export const toPath = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Whether `pointer` is `ancestor` or lies in it. */
export const within = (pointer: string, ancestor: string): boolean =>
  pointer === ancestor || pointer.startsWith(`${ancestor}/`)

/** The pointers of what holds the value, from the nearest to the whole document. */
export function ancestors(pointer: string): string[] {
  const end = pointer.lastIndexOf('/')
  return end < 0 ? [] : [pointer.slice(0, end), ...ancestors(pointer.slice(0, end))]
}
