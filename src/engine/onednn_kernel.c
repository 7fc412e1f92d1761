/* The kernels of a product: described in the library's terms, made when a number of samples first
 * occurs, found without a lock after that. Which code computes n samples is a function of the
 * product and n alone, never of what was computed before. */
#include <string.h>

#include "src/engine/onednn.h"

enum { DENSE_PACKS = 16, DENSE_WIDE = 4 };

static struct ls_onednn_shape describe_shape(const struct ls_product *product, size_t n)
{
    const struct ls_conv_sizes *const s = &product->sizes;
    const dnnl_dim_t samples = (dnnl_dim_t)n, groups = (dnnl_dim_t)s->groups;
    const dnnl_dim_t c = (dnnl_dim_t)s->c, h = (dnnl_dim_t)s->h, w = (dnnl_dim_t)s->w;
    const dnnl_dim_t k = (dnnl_dim_t)s->k, oh = (dnnl_dim_t)s->oh, ow = (dnnl_dim_t)s->ow;
    const dnnl_dim_t kh = (dnnl_dim_t)s->kh, kw = (dnnl_dim_t)s->kw;
    struct ls_onednn_shape shape = {
        .dense = ls_sizes_are_dense(s),
        .bias = product->bias,
        .packs = {true, true, true},
        .x = {4, {samples, c, h, w}, dnnl_nhwc},
        .w = {4, {k, c, kh, kw}, dnnl_ohwi},
        .b = {1, {k}, dnnl_a},
        .y = {4, {samples, k, oh, ow}, dnnl_nhwc},
        .stride = {(dnnl_dim_t)s->stride_h, (dnnl_dim_t)s->stride_w},
        .dilation = {(dnnl_dim_t)s->dilation_h - 1, (dnnl_dim_t)s->dilation_w - 1},
        .pad = {(dnnl_dim_t)s->pad_h, (dnnl_dim_t)s->pad_w}};
    if (groups > 1)
        shape.w =
            (struct ls_onednn_tensor){5, {groups, k / groups, c / groups, kh, kw}, dnnl_gohwi};
    if (shape.dense) {
        shape.x = (struct ls_onednn_tensor){2, {samples, c}, dnnl_ab};
        shape.w = (struct ls_onednn_tensor){2, {k, c}, dnnl_ab};
        shape.y = (struct ls_onednn_tensor){2, {samples, k}, dnnl_ab};
        /* measured: forward over a few samples is as fast from the slab, where packing takes longer
           than it saves; so are the gradients, but for that of the inputs where those are many,
           which can use forward's packed weights */
        shape.packs[LS_FORWARD] = n >= DENSE_PACKS;
        shape.packs[LS_BACKWARD_DATA] = n >= DENSE_PACKS && s->c >= DENSE_WIDE * s->k;
        shape.packs[LS_BACKWARD_WEIGHTS] = false;
    }
    return shape;
}

/* The library's code for anything at all, which is slower than OpenBLAS. */
static bool is_reference(dnnl_primitive_desc_t desc)
{
    const char *name = "";
    LS_ONEDNN_DO(dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &name));
    return strncmp(name, "ref", 3) == 0 || strncmp(name, "simple", 6) == 0;
}

/* NULL where the library has nothing, or nothing fast. */
static dnnl_primitive_desc_t describe(const struct ls_onednn_shape *shape, enum ls_onednn_part part)
{
    dnnl_primitive_desc_t forward = NULL, desc = NULL;
    dnnl_status_t status = ls_onednn_describe(shape, LS_FORWARD, NULL, &forward);
    if (part == LS_FORWARD)
        desc = forward;
    else if (status == dnnl_success)
        status = ls_onednn_describe(shape, part, forward, &desc);
    if (part != LS_FORWARD && forward)
        LS_ONEDNN_DO(dnnl_primitive_desc_destroy(forward));
    LS_ASSERT(status == dnnl_success || status == dnnl_unimplemented);
    if (desc && is_reference(desc)) {
        LS_ONEDNN_DO(dnnl_primitive_desc_destroy(desc));
        return NULL;
    }
    return desc;
}

/* Bytes of a weights' gradient that is not in the slab's layout. */
static size_t packed_bytes(const struct ls_onednn_shape *shape, enum ls_onednn_part part,
                           dnnl_primitive_desc_t desc)
{
    if (part != LS_BACKWARD_WEIGHTS)
        return 0;
    const ls_onednn_desc dw = dnnl_primitive_desc_query_md(desc, dnnl_query_diff_weights_md, 0);
    return ls_onednn_is_slab(&shape->w, dw) ? 0 : dnnl_memory_desc_get_size(dw);
}

static const struct ls_onednn_role reorder_roles[] = {
    {DNNL_ARG_FROM, dnnl_query_src_md, 0}, {DNNL_ARG_TO, dnnl_query_dst_md, 0}, {0}};

static const struct ls_onednn_role part_roles[LS_PARTS][LS_ONEDNN_TENSORS] = {
    [LS_FORWARD] = {{DNNL_ARG_SRC, dnnl_query_src_md, 0},
                    {DNNL_ARG_WEIGHTS, dnnl_query_weights_md, 0},
                    {DNNL_ARG_BIAS, dnnl_query_weights_md, 1},
                    {DNNL_ARG_DST, dnnl_query_dst_md, 0}},
    [LS_BACKWARD_DATA] = {{DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md, 0},
                          {DNNL_ARG_WEIGHTS, dnnl_query_weights_md, 0},
                          {DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md, 0}},
    [LS_BACKWARD_WEIGHTS] = {{DNNL_ARG_SRC, dnnl_query_src_md, 0},
                             {DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md, 0},
                             {DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md, 0},
                             {DNNL_ARG_DIFF_BIAS, dnnl_query_diff_weights_md, 1}}};

void ls_onednn_pack(struct ls_onednn_copy *copy, const real *w)
{
    const real *const data[LS_ONEDNN_ARGS] = {w, copy->packed, [LS_ONEDNN_PAD] = copy->pad};
    ls_onednn_run(&copy->pack, data);
}

/* The copy of the weights in `desc`, new ones filled; NULL where the slab's layout is it. */
static struct ls_onednn_copy *take_copy(struct ls_onednn_plan *plan,
                                        const struct ls_onednn_tensor *slab, ls_onednn_desc desc)
{
    if (ls_onednn_is_slab(slab, desc))
        return NULL;
    for (struct ls_onednn_copy *copy = plan->copies; copy; copy = copy->next)
        if (dnnl_memory_desc_equal(copy->desc, desc))
            return copy;
    struct ls_onednn_copy *const copy = ls_alloc(1, sizeof *copy);
    LS_ASSERT(copy);
    dnnl_primitive_desc_t reorder = NULL;
    LS_ONEDNN_DO(ls_onednn_describe_reorder(slab, desc, false, &reorder));
    ls_onednn_action_init(&copy->pack, reorder, reorder_roles);
    copy->desc = desc;
    copy->packed = ls_alloc(1, dnnl_memory_desc_get_size(desc));
    copy->pad = ls_alloc(1, copy->pack.pad_bytes);
    LS_ASSERT(copy->packed && copy->pad);
    if (plan->w)
        ls_onednn_pack(copy, plan->w);
    copy->next = plan->copies;
    plan->copies = copy;
    return copy;
}

static size_t scratch_needed(const struct ls_onednn_kernel *kernel)
{
    return ls_onednn_len(kernel->action.pad_bytes) + ls_onednn_len(kernel->packed_bytes) +
           ls_onednn_len(kernel->unpack.pad_bytes);
}

static void release_kernel(struct ls_onednn_kernel *kernel)
{
    ls_onednn_action_release(&kernel->action);
    ls_onednn_action_release(&kernel->unpack);
}

static void fill_kernel(struct ls_onednn_plan *plan, struct ls_onednn_kernel *kernel,
                        enum ls_onednn_part part)
{
    const struct ls_onednn_shape shape = describe_shape(&plan->product, kernel->n);
    const dnnl_primitive_desc_t desc = describe(&shape, part);
    kernel->left = !desc;
    if (kernel->left)
        return;
    ls_onednn_action_init(&kernel->action, desc, part_roles[part]);
    kernel->packed_bytes = packed_bytes(&shape, part, desc);
    if (kernel->packed_bytes > 0) {
        dnnl_primitive_desc_t reorder = NULL;
        LS_ONEDNN_DO(
            ls_onednn_describe_reorder(&shape.w, kernel->action.tensor[2], true, &reorder));
        ls_onednn_action_init(&kernel->unpack, reorder, reorder_roles);
    }
    kernel->left = scratch_needed(kernel) > ls_onednn_scratch_len(plan, kernel->n);
    if (kernel->left)
        release_kernel(kernel);
    else if (part != LS_BACKWARD_WEIGHTS)
        kernel->weights = take_copy(plan, &shape.w, kernel->action.tensor[1]);
}

static struct ls_onednn_kernel *find(const struct ls_onednn_plan *plan, enum ls_onednn_part part,
                                     size_t n)
{
    struct ls_onednn_kernel *kernel =
        atomic_load_explicit(&plan->kernels[part], memory_order_acquire);
    while (kernel && kernel->n != n)
        kernel = kernel->next;
    return kernel;
}

struct ls_onednn_kernel *ls_onednn_kernel(struct ls_onednn_plan *plan, enum ls_onednn_part part,
                                          size_t n)
{
    struct ls_onednn_kernel *const known = find(plan, part, n);
    if (known)
        return known;
    const int threads = ls_onednn_alone();
    LS_ASSERT(pthread_mutex_lock(&plan->lock) == 0);
    struct ls_onednn_kernel *kernel = find(plan, part, n);
    if (!kernel) {
        struct ls_onednn_kernel *const made = ls_alloc(1, sizeof *made);
        LS_ASSERT(made);
        made->n = n;
        fill_kernel(plan, made, part);
        made->next = atomic_load_explicit(&plan->kernels[part], memory_order_relaxed);
        atomic_store_explicit(&plan->kernels[part], made, memory_order_release);
        kernel = made;
    }
    LS_ASSERT(pthread_mutex_unlock(&plan->lock) == 0);
    ls_onednn_not_alone(threads);
    return kernel;
}

size_t ls_onednn_scratch_len(const struct ls_onednn_plan *plan, size_t n)
{
    const struct ls_conv_sizes *const s = &plan->product.sizes;
    return ls_onednn_len((plan->base_len + n * (s->c * s->h * s->w + s->k * s->oh * s->ow)) *
                         sizeof(real));
}

void ls_onednn_plan_init(struct ls_onednn_plan *plan, const struct ls_product *product)
{
    enum { SLACK = 16 * 1024 };
    plan->product = *product;
    LS_ASSERT(pthread_mutex_init(&plan->lock, NULL) == 0);
    const struct ls_onednn_shape one = describe_shape(product, 1);
    const int threads = ls_onednn_alone();
    for (enum ls_onednn_part part = 0; part < LS_PARTS; part++) {
        const dnnl_primitive_desc_t desc = describe(&one, part);
        if (!desc)
            continue;
        const size_t len = ls_onednn_len(ls_onednn_pad_bytes(desc)) +
                           ls_onednn_len(packed_bytes(&one, part, desc)) + SLACK;
        if (plan->base_len < len)
            plan->base_len = len;
        LS_ONEDNN_DO(dnnl_primitive_desc_destroy(desc));
    }
    ls_onednn_not_alone(threads);
}

void ls_onednn_plan_release(void *object)
{
    struct ls_onednn_plan *const plan = object;
    for (enum ls_onednn_part part = 0; part < LS_PARTS; part++) {
        struct ls_onednn_kernel *kernel = atomic_load(&plan->kernels[part]);
        while (kernel) {
            struct ls_onednn_kernel *const next = kernel->next;
            release_kernel(kernel);
            ls_free(kernel);
            kernel = next;
        }
    }
    while (plan->copies) {
        struct ls_onednn_copy *const copy = plan->copies;
        plan->copies = copy->next;
        ls_onednn_action_release(&copy->pack);
        ls_free(copy->packed);
        ls_free(copy->pad);
        ls_free(copy);
    }
    (void)pthread_mutex_destroy(&plan->lock);
}
