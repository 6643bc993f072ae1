/** The purpose of a pass through a model. Class weights and dropout count in training only. */
export type Mode = 'training' | 'evaluation'

/** The purpose of random numbers. Each mode has its own, so that measures do not use those of training. */
export type DrawMode = Mode | 'sampling'
