/** Formats sizes of files. */

/** `812 bytes`, `273.8 MB`, `3.38 GB`. Units are powers of ten, as for disks and package indexes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`
  if (bytes < 999.95e3) return `${(bytes / 1e3).toFixed(1)} kB`
  if (bytes < 999.95e6) return `${(bytes / 1e6).toFixed(1)} MB`
  return `${(bytes / 1e9).toFixed(2)} GB`
}
