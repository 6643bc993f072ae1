/** A list of devices, as in a spec: `gpu:0,gpu:1`. */

/** The devices of a list; one, such as `auto`, is a list too. */
export const devicesIn = (list: string): readonly string[] => list.split(',')

/** True if a list has several devices, which share each batch. */
export const areSeveral = (list: string): boolean => devicesIn(list).length > 1
