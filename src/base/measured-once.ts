/** Results of a run that are measured once, at its end, and so have no epoch. */

/** The key of the wall time of training and test. No metric has this name. */
export const SECONDS = 'seconds'

export const isMeasuredOnce = (key: string): boolean => key === SECONDS || key.startsWith('test_')
