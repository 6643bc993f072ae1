/** Addresses as people may see them. */

/** An address without what may be secret in it: name and password, and what is asked for with it. */
export function shown(url: string): string {
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  parsed.search = ''
  parsed.hash = ''
  return parsed.href
}

/** A text of others, such as a complaint of pip, without names and passwords in the addresses that it may hold. */
export const withoutPasswords = (text: string): string => text.replace(/([a-z][a-z\d+.-]*:\/\/)[^\s/?#]*@/gi, '$1')
