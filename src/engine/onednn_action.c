/* Primitives and how they run: with memory objects of the call's own, so that threads share
 * nothing but code, and with one thread whatever OpenMP would give. */
#include <omp.h>

#include "src/engine/onednn.h"

int ls_onednn_alone(void)
{
    const int threads = omp_get_max_threads();
    if (threads != 1)
        omp_set_num_threads(1);
    return threads;
}

void ls_onednn_not_alone(int threads)
{
    if (threads != 1)
        omp_set_num_threads(threads);
}

size_t ls_onednn_pad_bytes(dnnl_primitive_desc_t desc)
{
    return dnnl_memory_desc_get_size(
        dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0));
}

void ls_onednn_action_init(struct ls_onednn_action *action, dnnl_primitive_desc_t desc,
                           const struct ls_onednn_role *roles)
{
    *action = (struct ls_onednn_action){.desc = desc};
    LS_ONEDNN_DO(dnnl_primitive_create(&action->primitive, desc));
    for (int i = 0; i < LS_ONEDNN_TENSORS && roles[i].role; i++) {
        action->role[i] = roles[i].role;
        action->tensor[i] = dnnl_primitive_desc_query_md(desc, roles[i].query, roles[i].index);
    }
    action->pad = dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
    action->pad_bytes = ls_onednn_pad_bytes(desc);
}

void ls_onednn_action_release(struct ls_onednn_action *action)
{
    if (!action->primitive)
        return;
    LS_ONEDNN_DO(dnnl_primitive_destroy(action->primitive));
    LS_ONEDNN_DO(dnnl_primitive_desc_destroy(action->desc));
    action->primitive = NULL;
}

/* The library takes all memory as writable. */
static dnnl_exec_arg_t attach(int role, ls_onednn_desc desc, const real *data)
{
    dnnl_exec_arg_t arg = {.arg = role};
    LS_ONEDNN_DO(
        dnnl_memory_create(&arg.memory, desc, ls_onednn_engine(), (void *)(uintptr_t)data));
    return arg;
}

void ls_onednn_run(const struct ls_onednn_action *action, const real *const *data, real *pad)
{
    const int threads = ls_onednn_alone();
    dnnl_exec_arg_t arg[LS_ONEDNN_TENSORS + 1];
    int n = 0;
    for (int i = 0; i < LS_ONEDNN_TENSORS && action->role[i]; i++)
        if (data[i])
            arg[n++] = attach(action->role[i], action->tensor[i], data[i]);
    if (action->pad_bytes > 0)
        arg[n++] = attach(DNNL_ARG_SCRATCHPAD, action->pad, pad);
    dnnl_stream_t stream = NULL;
    LS_ONEDNN_DO(dnnl_stream_create(&stream, ls_onednn_engine(), dnnl_stream_default_flags));
    LS_ONEDNN_DO(dnnl_primitive_execute(action->primitive, stream, n, arg));
    LS_ONEDNN_DO(dnnl_stream_wait(stream));
    LS_ONEDNN_DO(dnnl_stream_destroy(stream));
    for (int i = 0; i < n; i++)
        LS_ONEDNN_DO(dnnl_memory_destroy(arg[i].memory));
    ls_onednn_not_alone(threads);
}
