/* A model: the job's list of entries, with residual and repeat unrolled, as a list of planned
 * layers in the order in which they run, and one slab each for parameters and buffers. */
#ifndef LOCKSTEP_MODEL_MODEL_H
#define LOCKSTEP_MODEL_MODEL_H

#include "src/model/init.h"
#include "src/peers.h"

enum { LS_MODEL_INPUT = -1 };

/* Where a layer reads: indices of layers, or LS_MODEL_INPUT. */
struct ls_wiring {
    int from[LS_MAX_INPUTS];
};

struct ls_model {
    struct ls_shape input, output;
    int n_layers;
    struct ls_layer *layers;
    struct ls_wiring *wiring; /* (n_layers) */
    const struct ls_engine_ops *engine;

    /* The slab of parameters; gradients and optimiser state have the same layout. The first
     * n_summed elements are summed over shards by the reducer; the gradients of the rest
     * (batch-norm's) come out of exchanges. Tensors begin at multiples of 16 elements, the gaps
     * stay zero. */
    size_t n_params, n_summed, n_buffers;
    real *params, *buffers;
    real **private;   /* the same as params until ls_model_share, then NULL */
    size_t n_weights; /* elements of all parameters, without gaps */
};

/** Plans the model that `spec` (the job's `model:`) describes for samples of shape `input`, and
 *  gives parameters their initial values, keyed by `seed`.
 *  init  NULL: all defaults
 *  Errors: LS_USAGE with the place and the layer.  Owner: arena.  Collective: no. */
ls_status ls_model_create(struct ls_model *model, const struct ls_node *spec, struct ls_shape input,
                          const struct ls_engine_ops *engine, uint64_t seed,
                          const struct ls_model_init *init, struct ls_arena *arena);

/** Moves the parameters to memory that the ranks of a node have in common, with the values of the
 *  first of them: from here on what one of them writes is all theirs. Values that are the same on
 *  all of them, a checkpoint's say, may be written by each, before the next collective call.
 *  Errors: memory, the same on all ranks.  Owner: arena.  Collective: yes. */
ls_status ls_model_share(struct ls_model *model, const struct ls_peers *peers,
                         struct ls_arena *arena);

/** The layer called `name`, NULL when there is none.  Collective: no. */
struct ls_layer *ls_model_layer(const struct ls_model *model, const char *name);

/** Elements of the slab that belong to a layer's parameters: [begin, begin + len), gaps included.
 *  Collective: no. */
size_t ls_layer_params_begin(const struct ls_layer *layer);
size_t ls_layer_params_len(const struct ls_layer *layer);

/** Fails when training on a global batch of n samples is impossible, naming the layer.
 *  Collective: no. */
ls_status ls_model_check_batch(const struct ls_model *model, size_t n);

/** Parameters have changed or are new: before the forward passes that use them.  Collective: no. */
void ls_model_prepare(const struct ls_model *model);

/** A tensor between its layout in files (PyTorch's) and in memory.  Collective: no. */
void ls_param_to_file(const struct ls_param *param, const real *restrict memory,
                      float *restrict file);
void ls_param_from_file(const struct ls_param *param, const float *restrict file,
                        real *restrict memory);

#endif
