/* The order of work in a pass. Layers that look at one sample at a time run one after another on a
 * short run of samples that stays in the cache, and so make one pass over memory together: a
 * group. Groups between two exchanges of batch-norm run one after another on a shard: a segment.
 * Segments run one after another over all shards.
 *
 * For conv, bn, relu, conv, bn, add, relu (exchanges marked !), forward:
 *     conv !leaf | bn relu, conv !leaf | bn add relu
 * and backward:
 *     relu add !leaf | bn, conv, relu !leaf | bn, conv */
#ifndef LOCKSTEP_STEP_TIMELINE_H
#define LOCKSTEP_STEP_TIMELINE_H

#include "src/model/model.h"

/* Layers [begin, end), forward from the first, backward from the last; then what one more layer
 * gives to its exchange. */
struct ls_group {
    int begin, end;
    int leaf;   /* the layer whose leaf is taken after each run, -1: none */
    size_t run; /* samples of a run; 0: all of the shard in one call */
};

struct ls_segment {
    int begin, end; /* groups */
    int exchange;   /* the layer whose exchange follows, and whose leaf the last group takes; -1:
                       none */
    int summed;     /* backward: the layer whose gradients are added up over shards, -1: none */
};

struct ls_timeline {
    int n_groups, n_segments;
    struct ls_group *groups;
    struct ls_segment *segments;
};

/** The forward pass.
 *  training  with exchanges     Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_timeline_forward(struct ls_timeline *timeline, const struct ls_model *model,
                              bool training, struct ls_arena *arena);

/** The backward pass over layers with needed[l]; a segment has at most one layer with gradients
 *  to be added up, so that slots hold those of one layer.
 *  Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_timeline_backward(struct ls_timeline *timeline, const struct ls_model *model,
                               const bool *needed, struct ls_arena *arena);

/** Whether the layer's gradients come shard by shard, to be added up.  Collective: no. */
static inline bool ls_layer_is_summed(const struct ls_layer *layer)
{
    return layer->n_params > 0 && layer->backward_len == 0 && !layer->frozen;
}

#endif
