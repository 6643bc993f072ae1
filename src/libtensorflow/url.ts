/** Removes secrets from addresses, for messages. */

/** Returns an address without its user name, password, query and fragment. */
export function shown(url: string): string {
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  parsed.search = ''
  parsed.hash = ''
  return parsed.href
}

/** Removes user names and passwords from the addresses in any text, such as an error message of pip. */
export const withoutPasswords = (text: string): string => text.replace(/([a-z][a-z\d+.-]*:\/\/)[^\s/?#]*@/gi, '$1')
