/* The balanced draw: each class is walked without replacement by a permutation of its own, another
 * at every pass, and fair rounding says how far in each step. Where a walk stands is a function of
 * the step alone; getting there costs O(classes) a step from the last one asked for, or from the
 * start when that lies behind. */
#ifndef LOCKSTEP_SAMPLER_WALK_H
#define LOCKSTEP_SAMPLER_WALK_H

#include "src/sampler/classes.h"
#include "src/sampler/fair.h"
#include "src/sampler/pick.h"

/* What is drawn, the same for all walks of a run. */
struct ls_balance {
    struct ls_classes classes;
    const uint64_t *weights; /* (classes.len) the share of each is weight / sum */
    size_t n_names;
    const char *const *names;
};

struct ls_walk {
    const struct ls_balance *balance;
    uint64_t seed;
    bool shuffle; /* false: each class in the order of the file */
    struct ls_fair fair;
    uint64_t *first; /* (classes) drawn of each before the step at hand */
    size_t *count;   /* (classes) drawn of each in it */
};

/** total  samples of a step
 *  Errors: memory.  Owner: arena.  Collective: no. */
ls_status ls_walk_init(struct ls_walk *walk, const struct ls_balance *balance, size_t total,
                       uint64_t seed, bool shuffle, struct ls_arena *arena);

/** Goes to `step`: fills `first` and `count`.  Collective: no. */
void ls_walk_to(struct ls_walk *walk, uint64_t step);

/** Draw `position` of a class, counted from the start of the run: which sample, and in which pass
 *  over the class as its occasion.  Collective: no. */
struct ls_pick ls_walk_pick(const struct ls_walk *walk, size_t class, uint64_t position);

#endif
