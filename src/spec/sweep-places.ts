/** Places where trials of a sweep train, by the names of `--on`, with words for the help. */
export const PLACES = {
  local: 'processes of this machine',
  slurm: 'jobs of Slurm',
  ray: 'jobs of Ray',
} as const

export type Place = keyof typeof PLACES
