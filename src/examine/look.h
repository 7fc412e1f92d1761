/* The examination of a step that was refused. A step is a pure function of the parameters and the
 * batch, so it is run again, in memory where every tensor stays, and the tensors are looked through
 * in the order in which they were computed: the first that holds a value that is not finite tells
 * where the trouble began, as far as the step knows. All ranks look through their own shards; the
 * earliest tensor counts, and of it the first shard, so that the answer does not depend on the
 * number of ranks. */
#ifndef LOCKSTEP_EXAMINE_LOOK_H
#define LOCKSTEP_EXAMINE_LOOK_H

#include "src/examine/history.h"
#include "src/examine/scale.h"

/* What a tensor is, in the order of a step. */
enum ls_place {
    LS_PLACE_NONE,     /* all is finite */
    LS_PLACE_INPUT,    /* x */
    LS_PLACE_TARGET,   /* y */
    LS_PLACE_PARAM,    /* a parameter or running statistic, before the step */
    LS_PLACE_FORWARD,  /* a layer's output */
    LS_PLACE_LOSS,     /* the loss of each sample */
    LS_PLACE_BACKWARD, /* the gradient of a layer's output */
    LS_PLACE_GRADIENT, /* the gradient of a parameter, over the global batch */
    LS_PLACE_UPDATE    /* a parameter or the optimiser's state, after the step */
};

enum { LS_BAD_AROUND = 7, LS_BAD_SAMPLES = 8 };

/* The first bad tensor; plain data, the same on all ranks. */
struct ls_bad {
    enum ls_place place;
    uint64_t order; /* of the tensor within the step */
    int layer;      /* whose tensor it is; -1: none */
    int param;      /* which of its parameters, or behind them its buffers */
    int slot;       /* UPDATE: which of the optimiser's numbers for it; -1: the parameter */
    int through;    /* BACKWARD: the layer whose backward pass gave it; -1: the loss */
    int rank, shard;
    uint64_t sample, element; /* of the value, its place as in files */
    double value;
    int n_around, at_around; /* values before and after it along the last axis */
    double around[LS_BAD_AROUND];
    uint64_t n_values, n_samples; /* how many are bad; no samples: of a parameter */
    uint64_t samples[LS_BAD_SAMPLES];
};

/* A layer in the step that was run again: sizes of its finite values. */
struct ls_layer_look {
    double y, dy;              /* the largest of its output and of its gradient; 0: none */
    double weights;            /* norm of its parameters */
    uint64_t constant_channel; /* of a layer that normalises: one that has one value throughout the
                                  batch; UINT64_MAX: none */
};

/* Some of a tensor, in the layout of files. */
struct ls_kept {
    int axes; /* 0: nothing */
    size_t dims[4];
    float *data;
};

enum { LS_KEPT_BYTES = 4 << 20 };

struct ls_look {
    struct ls_bad bad;
    struct ls_kept tensor, before; /* the bad one, and what it was computed from: the samples of its
                                      shard from the bad one on, up to LS_KEPT_BYTES */
    struct ls_layer_look *layers;  /* (layers) */
    struct ls_scale x, y;          /* y: where targets are values */
    double z;                      /* the largest output of the model */
    double loss, lr;
};

/** Looks at the step on `batch`, which was refused; parameters, state and running statistics are
 *  those before it and stay.
 *  Owner: arena.  Errors: memory, agreed: the tensors of a whole step may take more than there is.
 *  Collective: yes. */
ls_status ls_look(const struct ls_trainer *trainer, const struct ls_batch *batch,
                  struct ls_arena *arena, struct ls_look *look);

#endif
