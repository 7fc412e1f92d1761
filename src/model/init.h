/* Initial values of the parameters: `init.weights` of a job, or `init` of a layer. All draws are
 * keyed by the seed, the parameter's number and the element in file order, so they are the same on
 * any rank, and a layer's do not change when another's initialiser does. */
#ifndef LOCKSTEP_MODEL_INIT_H
#define LOCKSTEP_MODEL_INIT_H

#include "src/layers/layer.h"

struct ls_init_ops;

/* An initialiser of weights; ops NULL: PyTorch's default. */
struct ls_init {
    const struct ls_init_ops *ops;
    double std; /* of normal */
};

struct ls_init_ops {
    const char *kind;
    const char *help;
    bool measures; /* the first forward pass scales it (src/step/lsuv.h) */
    /* w (param->len), in file order, overwritten. Errors: memory. */
    ls_status (*fill)(const struct ls_init *init, const struct ls_param *param, uint64_t seed,
                      uint32_t number, float *w);
};

extern const struct ls_init_ops *const ls_init_kinds[];

/* What a job says of the model before its first step. */
struct ls_model_init {
    struct ls_init weights;
    bool zero_last_bn; /* a residual's last batch-norm begins with weight 0 */
    struct ls_names freeze;
};

/** Reads KIND or {normal: STD}; node NULL, or `default`: none.
 *  Errors: LS_USAGE.  Collective: no. */
ls_status ls_init_parse(struct ls_init *init, const struct ls_node *node, struct ls_arena *arena);

/** Initial values of a parameter or buffer, number `number` of the model, in file order.
 *  init  for the weights of dense and conv, whose bias is then 0; NULL: the default
 *  w     (param->len), overwritten     Errors: memory.  Collective: no. */
ls_status ls_init_fill(const struct ls_init *init, const struct ls_layer *layer, int i,
                       uint64_t seed, uint32_t number, float *w);

#endif
