/* Noise added to the gradient, `gradient_noise:` of a job: normal with variance
 * eta / (1 + t)^gamma at step t from 0, after clipping. A draw is keyed by the seed, the step and
 * the element's place in the slab, so it is the same on any rank.
 * Source: Neelakantan et al., "Adding gradient noise improves learning for very deep networks",
 * 2015. */
#ifndef LOCKSTEP_OPTIM_NOISE_H
#define LOCKSTEP_OPTIM_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/option.h"
#include "src/base/real.h"

struct ls_noise {
    double eta; /* 0: none */
    double gamma;
};

extern const struct ls_option ls_noise_options[];

/** Reads `gradient_noise:`; node NULL: none.  Errors: LS_USAGE.  Collective: no. */
ls_status ls_noise_parse(struct ls_noise *noise, const struct ls_node *node,
                         struct ls_arena *arena);

/** The deviation at step t, 0 without noise.  Collective: no. */
double ls_noise_deviation(const struct ls_noise *noise, uint64_t t);

/** The largest size of a draw at step t.  Collective: no. */
double ls_noise_most(const struct ls_noise *noise, uint64_t t);

/** g (len) += noise, for elements `begin` onwards of the slab, a multiple of 4.
 *  Collective: no.  Errors: none. */
void ls_noise_add(const struct ls_noise *noise, uint64_t seed, uint64_t t, size_t begin, size_t len,
                  real *g);

#endif
