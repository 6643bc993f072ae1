/** Faults that implementations of RBMs have had. Each is one changed line of `dist/`, with the test that must fail. */

export interface Mutation {
  /** In `dist/`. */
  readonly file: string
  readonly from: string
  readonly to: string
  readonly caughtBy: Catcher
}

/** A test by its file and its name: the fastest engine is enough. */
export const CATCHERS = {
  likelihood: {
    file: 'program/rbm-exact.full',
    test: 'by going through every state is that of the likelihood, engine onnx',
  },
  'expected CD-2': { file: 'program/rbm-exact.full', test: 'is that of expected CD-k, engine onnx, k = 2' },
  persistence: { file: 'program/rbm-exact.full', test: 'persistent chains after 50 steps have p(v), engine onnx' },
  estimate: {
    file: 'program/rbm-exact.full',
    test: 'stochastic pseudo-likelihood is on average the exact one, engine onnx',
  },
  decay: { file: 'program/contrastive.engines', test: 'decay is of the kernel alone' },
  'p(v) by tempering': { file: 'program/model-phase.full', test: 'its chains of the machine itself have p(v)' },
  'slope of order 2': { file: 'model/rbm/mean-field', test: 'log Z of order 2 has no slope where the means are fixed' },
  'slope of order 3': { file: 'model/rbm/mean-field', test: 'log Z of order 3 has no slope where the means are fixed' },
} as const

export type Catcher = keyof typeof CATCHERS

/** Name of the project in which everything is as it is. */
export const UNBROKEN = 'unbroken'

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'the sign of the gradient': {
    file: 'program/contrastive.js',
    from: 'tf.mul(hidden.mean, -1 / (share * x.shape[0]))',
    to: 'tf.mul(hidden.mean, 1 / (share * x.shape[0]))',
    caughtBy: 'likelihood',
  },
  'chains counted as a sum, not a mean': {
    file: 'program/model-phase.js',
    from: 'share: 1 / visible.shape[0],',
    to: 'share: 1,',
    caughtBy: 'expected CD-2',
  },
  'visible units without their biases': {
    file: 'model/rbm/rbm.js',
    from: 'const input = tf.add(products, of[RBM_WEIGHTS.visibleBias]);',
    to: 'const input = products;',
    caughtBy: 'persistence',
  },
  'a free energy without visible biases': {
    file: 'model/rbm/units.js',
    from: 'energy: (v, { bias }) => tf.neg(weightedSums(v, bias)),',
    to: 'energy: (v) => tf.zeros([v.shape[0]]),',
    caughtBy: 'estimate',
  },
  'the first step of a chain taken for the last': {
    file: 'program/model-phase.js',
    from: 'steps(k).slice(1)',
    to: 'steps(k).slice(1, 1)',
    caughtBy: 'expected CD-2',
  },
  'means of hidden units passed on, not samples': {
    file: 'program/model-phase.js',
    from: "const h = rbm.hiddenGiven(v, state).sample(draw('hidden', time, mode).from(given));",
    to: 'const h = rbm.hiddenGiven(v, state).mean;',
    caughtBy: 'persistence',
  },
  'biases that decay': {
    file: 'program/adjustments.js',
    from: 'gradient = { ...gradient, kernel: tf.add(gradient.kernel, ofPenalty) };',
    to: 'const c = state[RBM_WEIGHTS.hiddenBias]; gradient = { ...gradient, kernel: tf.add(gradient.kernel, ofPenalty), hiddenBias: tf.add(gradient.hiddenBias, tf.grad((bias) => penalty(bias))(c)) };',
    caughtBy: 'decay',
  },
  'a pseudo-likelihood of one unit': {
    file: 'program/rbm-measures.js',
    from: 'tf.mul(tf.sum(tf.softplus(difference)), -rbm.visibleUnits)',
    to: 'tf.neg(tf.sum(tf.softplus(difference)))',
    caughtBy: 'estimate',
  },
  'temperatures swapped when they should not be': {
    file: 'model/rbm/tempering.js',
    from: 'inverse[i] - inverse[i + 1]',
    to: 'inverse[i + 1] - inverse[i]',
    caughtBy: 'p(v) by tempering',
  },
  'the second order of TAP with the wrong sign': {
    file: 'model/rbm/mean-field.js',
    from: 'tf.sub(1 / 2, own)',
    to: 'tf.sub(own, 1 / 2)',
    caughtBy: 'slope of order 2',
  },
  'the third order of TAP with another coefficient': {
    file: 'model/rbm/mean-field.js',
    from: 'tf.sub(1 / 3, tf.mul(variance(own), 2))',
    to: 'tf.sub(1 / 2, tf.mul(variance(own), 2))',
    caughtBy: 'slope of order 3',
  },
}

/** Every third fault; `MUTATIONS=all`: every one. */
export const TRIED = Object.entries(MUTATIONS).filter((_, index) => process.env.MUTATIONS === 'all' || index % 3 === 0)
