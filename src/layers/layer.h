/* A layer: one node of the planned model. A kind of layer is one file with one ls_layer_ops, one
 * line in layers.def, and one test. *Plan may fail, run may not*: plan checks arguments against
 * the shapes that come in and says what the layer needs; forward and backward return void.
 *
 * forward and backward see one shard at a time, always whole, on one thread; different shards of
 * a rank may run on different threads at once. A layer that looks over the whole global batch
 * (batch-norm) has exchanges: each shard gives a few doubles, they are merged up the fixed tree
 * over all ranks, and `finish` sees the root before any shard's forward (or backward) runs.
 * Shards advance layer by layer, together. */
#ifndef LOCKSTEP_LAYERS_LAYER_H
#define LOCKSTEP_LAYERS_LAYER_H

#include <stdint.h>

#include "src/base/dims.h"
#include "src/base/option.h"
#include "src/base/real.h"
#include "src/engine/engine.h"
#include "src/tree/fold.h"

enum { LS_NAME_LEN = 64, LS_MAX_INPUTS = 16, LS_MAX_PARAMS = 2, LS_MAX_BUFFERS = 2 };

/* A parameter or buffer of a layer. `dims` are PyTorch's and those in files; in memory a
 * convolution's weight is (K, KH, KW, C/g), everything else lies as in files. */
struct ls_param {
    const char *name; /* "weight", "bias", "running_mean" */
    int axes;
    size_t dims[4];
    bool channels_last; /* (K, C/g, KH, KW) or (K, C/g, L) in files, channels last in memory */
    double init_bound;  /* initial values uniform in [-bound, bound] ... */
    double init_value;  /* ... around this */
    size_t len;         /* filled by the model: product of dims */
    size_t offset;      /* filled by the model: place in the slab of parameters or buffers */
};

struct ls_layer_ops;
struct ls_window; /* src/layers/shapes.h */
struct ls_init;   /* src/model/init.h */

/* What a kind's passes read and allow, so that memory is planned and passes over it are shared. */
enum ls_layer_traits {
    LS_BACKWARD_READS_X = 1, /* backward reads call->x */
    LS_BACKWARD_READS_Y = 2, /* backward reads call->y */
    LS_IN_PLACE = 4,         /* forward may be called with y == x[0], backward with dx[0] == dy */
    LS_SHARES_DY = 8,        /* dx[i] = dy: backward may be called with dx[i] == dy, any i */
    LS_WHOLE_SHARD = 16,     /* forward and backward want all samples of a shard in one call; else
                                they are called for runs of samples, in order */
    /* what the layer is, for those who look for mistakes in a model; of ops->traits */
    LS_WEIGHS = 32,      /* a matrix over its features, then at most a bias */
    LS_NONLINEAR = 64,   /* an activation, or another map that is not linear */
    LS_BOUNDED = 128,    /* its output stays within bounds on both sides */
    LS_RECTIFIES = 256,  /* gives 0, with slope 0, for all that is negative */
    LS_NORMALIZES = 512, /* takes the batch's mean away */
    LS_DROPS = 1024      /* zeroes values at random */
};

struct ls_layer {
    /* given to plan */
    const struct ls_layer_ops *ops;
    char name[LS_NAME_LEN];
    const void *args;           /* the struct that ops->options filled */
    const struct ls_node *node; /* the place in the job file, for messages */
    int n_in;
    struct ls_shape in[LS_MAX_INPUTS];
    const struct ls_engine_ops *engine;
    struct ls_arena *arena;     /* for what plan needs to keep in `plan` and `state` */
    int number;                 /* place in the model, keys random draws */
    const struct ls_init *init; /* of its weights, NULL: the model's */
    double lr_scale;            /* of the learning rate of its parameters */
    bool ends_residual;         /* the last of a residual's body */
    bool measured;              /* its weights are scaled by what the first pass gives */

    /* filled by plan */
    struct ls_shape out;
    unsigned traits; /* of enum ls_layer_traits; ops->traits unless plan says otherwise */
    int n_params, n_buffers;
    struct ls_param params[LS_MAX_PARAMS];
    struct ls_param buffers[LS_MAX_BUFFERS];
    size_t saved_bytes;  /* per sample, kept from forward to backward (multiple of 8 is not
                            needed; the slab of a shard starts aligned to 64) */
    size_t forward_len;  /* doubles in a leaf of the forward exchange, 0: none */
    size_t backward_len; /* doubles in a leaf of the backward exchange, 0: none */
    double flops;        /* per sample, forward */
    void *plan;          /* what plan worked out; not changed after */
    void *state;         /* of the batch at hand: written by finish only */

    /* filled by the model after plan */
    real *param[LS_MAX_PARAMS];
    real *buffer[LS_MAX_BUFFERS];
    bool frozen;    /* parameters stay; batch-norm uses its stored statistics */
    uint64_t since; /* the first step that trains it */
};

/* One shard's pass through one layer. */
struct ls_call {
    size_t n;     /* samples of the shard, may be 0 */
    size_t row;   /* place of the first in the global batch */
    size_t batch; /* samples of the global batch */
    uint64_t seed, step;
    bool training;                /* false: evaluation */
    const real *x[LS_MAX_INPUTS]; /* (N, in[i]) */
    real *y;                      /* (N, out), overwritten by forward, read by backward */
    const real *dy;               /* (N, out) */
    real *dx[LS_MAX_INPUTS];      /* (N, in[i]), overwritten by backward; NULL: not wanted */
    real *grad[LS_MAX_PARAMS];    /* the shard's gradients, overwritten by backward; NULL for
                                     layers with a backward exchange, whose finish gives them */
    void *saved;                  /* (N, saved_bytes) */
    real *scratch;                /* as ops->scratch_len asked, aligned to 64 bytes */
};

struct ls_layer_ops {
    const char *kind;
    const char *help; /* one line */
    const struct ls_option *options;
    size_t args_bytes;
    int min_inputs, max_inputs;
    unsigned traits; /* of enum ls_layer_traits */

    /* Fills the layer from args and in. Errors: LS_USAGE, worded with the sizes ("kernel 7 is
     * larger than its input (16, 4, 4) with pad 0"); the caller adds the place and the name. */
    ls_status (*plan)(struct ls_layer *layer);
    /* Parameters have changed or are new: before the forward pass, once for all shards, on one
     * thread. NULL: nothing to do. */
    void (*prepare)(const struct ls_layer *layer);
    /* Shards of n samples will come: what takes time to make for them is made now, on one thread.
     * training  backward will be called
     * NULL: nothing to make. */
    void (*expect)(const struct ls_layer *layer, size_t n, bool training);
    /* Reals of scratch that one call needs for a shard of at most max_n samples; NULL: none. */
    size_t (*scratch_len)(const struct ls_layer *layer, size_t max_n);
    void (*forward)(const struct ls_layer *layer, const struct ls_call *call);
    void (*backward)(const struct ls_layer *layer, const struct ls_call *call);
    /* The window that slides over the input; NULL: none does. */
    void (*window)(const struct ls_layer *layer, struct ls_window *window);

    /* Exchanges, NULL for most kinds. leaf fills the doubles of one call's samples
     * (call->n may be 0), which are merged in the order of samples, then of shards; finish runs
     * once per rank with the root, on all ranks alike. Not called at evaluation, nor when
     * the layer is frozen. backward_finish writes the parameters' gradients over the global
     * batch, not divided by anything, into grad[i]. */
    ls_merge *forward_merge, *backward_merge;
    void (*forward_leaf)(const struct ls_layer *layer, const struct ls_call *call, double *leaf);
    void (*forward_finish)(const struct ls_layer *layer, const double *root);
    void (*backward_leaf)(const struct ls_layer *layer, const struct ls_call *call, double *leaf);
    void (*backward_finish)(const struct ls_layer *layer, const double *root, real *const *grad);
    /* The step is known to be finite: running statistics may change now. NULL: nothing to do. */
    void (*commit)(const struct ls_layer *layer);
    /* Whether what commit would write is finite; NULL: it always is. */
    bool (*commits_finite)(const struct ls_layer *layer);
    /* Least number of samples a global batch must have in training; NULL: 1. */
    size_t (*min_batch)(const struct ls_layer *layer);
};

/* All kinds, NULL-terminated, in the order of layers.def. */
extern const struct ls_layer_ops *const ls_layer_kinds[];

/** The kind called `kind`, NULL when there is none.  Collective: no. */
const struct ls_layer_ops *ls_layer_find(const char *kind);

#endif
