#include "src/engine/onednn.h"

#include <dnnl_debug.h>
#include <string.h>

enum { TEXT = 192 };

static char description[TEXT] = "oneDNN";
static dnnl_engine_t processor;
static dnnl_primitive_attr_t attr;

dnnl_engine_t ls_onednn_engine(void)
{
    return processor;
}

dnnl_primitive_attr_t ls_onednn_attr(void)
{
    return attr;
}

static void start(void)
{
    if (processor)
        return;
    ls_engine_openblas.start();
    LS_ONEDNN_DO(dnnl_engine_create(&processor, dnnl_cpu, 0));
    LS_ONEDNN_DO(dnnl_primitive_attr_create(&attr));
    LS_ONEDNN_DO(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user));
    static const char prefix[] = "cpu_isa_";
    const char *const isa = dnnl_cpu_isa2str(dnnl_get_effective_cpu_isa());
    const bool has_prefix = strncmp(isa, prefix, sizeof prefix - 1) == 0;
    const dnnl_version_t *const version = dnnl_version();
    (void)snprintf(description, TEXT, "oneDNN %d.%d.%d %s, %s", version->major, version->minor,
                   version->patch, has_prefix ? isa + sizeof prefix - 1 : isa,
                   ls_engine_openblas.describe());
}

static const char *describe(void)
{
    return description;
}

static ls_status plan(struct ls_product *product, struct ls_arena *arena)
{
    struct ls_onednn_plan *const plan = ls_arena_get(arena, 1, sizeof *plan);
    if (!plan)
        return LS_OTHER;
    product->own = plan;
    start();
    ls_onednn_plan_init(plan, product);
    return ls_arena_on_release(arena, ls_onednn_plan_release, plan);
}

static size_t scratch_len(const struct ls_product *product, size_t max_n)
{
    if (max_n == 0)
        return 0;
    const size_t own = ls_onednn_scratch_len(product->own, max_n);
    const size_t other = ls_engine_openblas.scratch_len(product, max_n);
    return own > other ? own : other;
}

static void expect(const struct ls_product *product, size_t n, bool training)
{
    for (enum ls_onednn_part part = 0; n > 0 && part < (training ? LS_PARTS : 1); part++)
        (void)ls_onednn_kernel(product->own, part, n);
}

static void prepare(const struct ls_product *product, const real *w)
{
    struct ls_onednn_plan *const plan = product->own;
    plan->w = w;
    for (struct ls_onednn_copy *copy = plan->copies; copy; copy = copy->next)
        ls_onednn_pack(copy, w);
}

static void forward(const struct ls_product *product, size_t n, const real *restrict x,
                    const real *restrict w, const real *restrict bias, real *restrict y,
                    real *restrict scratch)
{
    if (n == 0)
        return;
    struct ls_onednn_kernel *const kernel = ls_onednn_kernel(product->own, LS_FORWARD, n);
    if (kernel->left) {
        ls_engine_openblas.forward(product, n, x, w, bias, y, scratch);
        return;
    }
    const real *const weights = kernel->weights ? kernel->weights->packed : w;
    ls_onednn_run(&kernel->action, (const real *[]){x, weights, bias, y, scratch});
}

static void backward_data(const struct ls_product *product, size_t n, const real *restrict dy,
                          const real *restrict w, real *restrict dx, real *restrict scratch)
{
    if (n == 0)
        return;
    struct ls_onednn_kernel *const kernel = ls_onednn_kernel(product->own, LS_BACKWARD_DATA, n);
    if (kernel->left) {
        ls_engine_openblas.backward_data(product, n, dy, w, dx, scratch);
        return;
    }
    const real *const weights = kernel->weights ? kernel->weights->packed : w;
    ls_onednn_run(&kernel->action, (const real *[]){dy, weights, dx, NULL, scratch});
}

static void backward_weights(const struct ls_product *product, size_t n, const real *restrict x,
                             const real *restrict dy, real *restrict dw, real *restrict db,
                             real *restrict scratch)
{
    struct ls_onednn_kernel *const kernel =
        n > 0 ? ls_onednn_kernel(product->own, LS_BACKWARD_WEIGHTS, n) : NULL;
    if (!kernel || kernel->left) {
        ls_engine_openblas.backward_weights(product, n, x, dy, dw, db, scratch);
        return;
    }
    real *const packed = scratch + ls_onednn_len(kernel->action.pad_bytes);
    real *const pad = packed + ls_onednn_len(kernel->packed_bytes);
    const bool unpacks = kernel->packed_bytes > 0;
    ls_onednn_run(&kernel->action, (const real *[]){x, dy, unpacks ? packed : dw, db, scratch});
    if (unpacks)
        ls_onednn_run(&kernel->unpack, (const real *[]){packed, dw, NULL, NULL, pad});
}

const struct ls_engine_ops ls_engine_onednn = {
    .name = "onednn",
    .start = start,
    .describe = describe,
    .plan = plan,
    .scratch_len = scratch_len,
    .expect = expect,
    .prepare = prepare,
    .forward = forward,
    .backward_data = backward_data,
    .backward_weights = backward_weights,
};
