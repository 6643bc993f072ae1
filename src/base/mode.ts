/** What a model is computed for. Class weights and dropout count in training only. */
export type Mode = 'training' | 'evaluation'

/** What random numbers are drawn for: each mode has its own, so that measures do not use those of training. */
export type DrawMode = Mode | 'sampling'
