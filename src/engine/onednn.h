/* What the files of the oneDNN engine share. A product has kernels, one for each part (forward and
 * the two gradients) and number of samples that has occurred: a primitive, which threads use at
 * once with memory objects and scratch of their own. What differs between the C interfaces of
 * oneDNN 2 and 3 is in onednn_v2.c and onednn_v3.c. Seen by src/engine/onednn*.c only. */
#ifndef LOCKSTEP_ENGINE_ONEDNN_H
#define LOCKSTEP_ENGINE_ONEDNN_H

#include <dnnl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "src/engine/engine.h"

/* A tensor's description, borrowed from the primitive that it belongs to. */
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t ls_onednn_desc;
#else
typedef const dnnl_memory_desc_t *ls_onednn_desc;
#endif

enum ls_onednn_part { LS_FORWARD, LS_BACKWARD_DATA, LS_BACKWARD_WEIGHTS, LS_PARTS };

struct ls_onednn_tensor {
    int axes;
    dnnl_dims_t dims;
    dnnl_format_tag_t tag;
};

/* A product over n samples in the library's terms. */
struct ls_onednn_shape {
    bool dense, bias;
    bool packs[LS_PARTS];               /* weights in the layout that is best for the part */
    struct ls_onednn_tensor x, w, b, y; /* w: as in the slab */
    dnnl_dims_t stride, dilation, pad;
};

/* A primitive with the roles of its tensors; the last is its scratchpad. */
enum {
    LS_ONEDNN_TENSORS = 4,
    LS_ONEDNN_PAD = LS_ONEDNN_TENSORS,
    LS_ONEDNN_ARGS,
    LS_ONEDNN_IDLE = 8
};
struct ls_onednn_call;
struct ls_onednn_action {
    dnnl_primitive_desc_t desc;
    dnnl_primitive_t primitive;
    int role[LS_ONEDNN_ARGS]; /* DNNL_ARG_..., 0: none */
    ls_onednn_desc tensor[LS_ONEDNN_ARGS];
    size_t pad_bytes;
    _Atomic(struct ls_onednn_call *) idle[LS_ONEDNN_IDLE]; /* left by calls, for the next ones */
};

/* Weights in a layout that kernels ask for, brought up to date by prepare. */
struct ls_onednn_copy {
    struct ls_onednn_copy *next;
    struct ls_onednn_action pack; /* from the slab */
    ls_onednn_desc desc;
    real *packed, *pad;
};

struct ls_onednn_kernel {
    struct ls_onednn_kernel *next;
    size_t n;
    bool left;                            /* to OpenBLAS: the library has only slow code for it */
    struct ls_onednn_action action;       /* unless left */
    const struct ls_onednn_copy *weights; /* NULL: the slab's layout will do */
    struct ls_onednn_action unpack;       /* gradient into the slab's layout; unused: it is so */
    size_t packed_bytes;                  /* of the gradient before unpacking, or 0 */
};

struct ls_onednn_plan {
    struct ls_product product; /* a copy: sizes and bias */
    const real *w;             /* the weights that prepare saw last, NULL: none yet */
    size_t base_len;           /* reals of scratch for one sample */
    pthread_mutex_t lock;      /* of the lists, for writers */
    struct ls_onednn_copy *copies;
    _Atomic(struct ls_onednn_kernel *) kernels[LS_PARTS];
};

/* The processor as the library sees it, and scratch given by the caller. */
dnnl_engine_t ls_onednn_engine(void);
dnnl_primitive_attr_t ls_onednn_attr(void);

/* onednn_v2.c, onednn_v3.c */

/* A part of the product, with weights as in the slab or in the layout that is best for it.
 * forward  the description of LS_FORWARD, for the other parts */
dnnl_status_t ls_onednn_describe(const struct ls_onednn_shape *shape, enum ls_onednn_part part,
                                 const_dnnl_primitive_desc_t forward, dnnl_primitive_desc_t *desc);
/* Between the slab's layout of the weights and another one. */
dnnl_status_t ls_onednn_describe_reorder(const struct ls_onednn_tensor *slab, ls_onednn_desc packed,
                                         bool to_slab, dnnl_primitive_desc_t *desc);
bool ls_onednn_is_slab(const struct ls_onednn_tensor *slab, ls_onednn_desc desc);

/* onednn_action.c */

/* The primitive of a description, which it takes over. `query` tells each role's tensor. */
struct ls_onednn_role {
    int role;
    dnnl_query_t query;
    int index;
};
void ls_onednn_action_init(struct ls_onednn_action *action, dnnl_primitive_desc_t desc,
                           const struct ls_onednn_role *roles);
void ls_onednn_action_release(struct ls_onednn_action *action);
/* Runs it on this thread alone, at once with other threads. `data` has the address of each role's
 * tensor and of the scratchpad. */
void ls_onednn_run(struct ls_onednn_action *action, const real *const data[LS_ONEDNN_ARGS]);
size_t ls_onednn_pad_bytes(dnnl_primitive_desc_t desc);

/* onednn_kernel.c */

/* The kernel of `part` for n samples, made at its first use; from any thread. */
struct ls_onednn_kernel *ls_onednn_kernel(struct ls_onednn_plan *plan, enum ls_onednn_part part,
                                          size_t n);
/* Brings a copy up to date. */
void ls_onednn_pack(struct ls_onednn_copy *copy, const real *w);
/* Reals of scratch that no kernel for up to n samples exceeds. */
size_t ls_onednn_scratch_len(const struct ls_onednn_plan *plan, size_t n);
void ls_onednn_plan_init(struct ls_onednn_plan *plan, const struct ls_product *product);
void ls_onednn_plan_release(void *plan);

/* The library's threads for calls from this thread: sets one, returns what to restore. */
int ls_onednn_alone(void);
void ls_onednn_not_alone(int threads);

/* Reals that `bytes` fill, up to whole cache lines. */
static inline size_t ls_onednn_len(size_t bytes)
{
    return (bytes + 63) / 64 * (64 / sizeof(real));
}

/* What cannot fail once the library has described it. */
#define LS_ONEDNN_DO(call) LS_ASSERT((call) == dnnl_success)

#endif
