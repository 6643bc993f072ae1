/** Sizes of files in words. */

/** `812 bytes`, `273.8 MB`, `3.38 GB`; powers of ten, as disks and indexes count. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`
  if (bytes < 999.95e3) return `${(bytes / 1e3).toFixed(1)} kB`
  if (bytes < 999.95e6) return `${(bytes / 1e6).toFixed(1)} MB`
  return `${(bytes / 1e9).toFixed(2)} GB`
}
