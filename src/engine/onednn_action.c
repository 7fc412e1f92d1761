/* Primitives and how they run: with one thread whatever OpenMP would give, and with memory objects
 * and a stream of the call's own, so that threads share nothing but code. Making these objects
 * takes longer than a small product: finished calls leave theirs for the next
 * ones, and a few are there from the start. */
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

/* What one call holds. */
struct ls_onednn_call {
    dnnl_stream_t stream;
    int n; /* tensors that there are */
    int place[LS_ONEDNN_ARGS];
    dnnl_exec_arg_t arg[LS_ONEDNN_ARGS];
};

static struct ls_onednn_call *make_call(const struct ls_onednn_action *action)
{
    struct ls_onednn_call *const call = ls_alloc(1, sizeof *call);
    LS_ASSERT(call);
    LS_ONEDNN_DO(dnnl_stream_create(&call->stream, ls_onednn_engine(), dnnl_stream_default_flags));
    for (int i = 0; i < LS_ONEDNN_ARGS; i++) {
        if (!action->role[i] || dnnl_memory_desc_get_size(action->tensor[i]) == 0)
            continue;
        dnnl_exec_arg_t *const arg = &call->arg[call->n];
        call->place[call->n++] = i;
        arg->arg = action->role[i];
        LS_ONEDNN_DO(dnnl_memory_create(&arg->memory, action->tensor[i], ls_onednn_engine(),
                                        DNNL_MEMORY_NONE));
    }
    return call;
}

static void free_call(struct ls_onednn_call *call)
{
    if (!call)
        return;
    for (int i = 0; i < call->n; i++)
        LS_ONEDNN_DO(dnnl_memory_destroy(call->arg[i].memory));
    LS_ONEDNN_DO(dnnl_stream_destroy(call->stream));
    ls_free(call);
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
    action->role[LS_ONEDNN_PAD] = DNNL_ARG_SCRATCHPAD;
    action->tensor[LS_ONEDNN_PAD] = dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
    action->pad_bytes = ls_onednn_pad_bytes(desc);
    for (int i = 0; i < LS_ONEDNN_IDLE; i++)
        action->idle[i] = make_call(action);
}

void ls_onednn_action_release(struct ls_onednn_action *action)
{
    if (!action->primitive)
        return;
    for (int i = 0; i < LS_ONEDNN_IDLE; i++)
        free_call(atomic_exchange(&action->idle[i], NULL));
    LS_ONEDNN_DO(dnnl_primitive_destroy(action->primitive));
    LS_ONEDNN_DO(dnnl_primitive_desc_destroy(action->desc));
    action->primitive = NULL;
}

static struct ls_onednn_call *take_call(struct ls_onednn_action *action)
{
    for (int i = 0; i < LS_ONEDNN_IDLE; i++) {
        struct ls_onednn_call *const call = atomic_exchange(&action->idle[i], NULL);
        if (call)
            return call;
    }
    return make_call(action);
}

static void leave_call(struct ls_onednn_action *action, struct ls_onednn_call *call)
{
    for (int i = 0; i < LS_ONEDNN_IDLE; i++) {
        struct ls_onednn_call *none = NULL;
        if (atomic_compare_exchange_strong(&action->idle[i], &none, call))
            return;
    }
    free_call(call);
}

void ls_onednn_run(struct ls_onednn_action *action, const real *const data[LS_ONEDNN_ARGS])
{
    const int threads = ls_onednn_alone();
    struct ls_onednn_call *const call = take_call(action);
    /* the library takes all memory as writable. NOLINTBEGIN(performance-no-int-to-ptr) */
    for (int i = 0; i < call->n; i++)
        LS_ONEDNN_DO(dnnl_memory_set_data_handle(call->arg[i].memory,
                                                 (void *)(uintptr_t)data[call->place[i]]));
    /* NOLINTEND(performance-no-int-to-ptr) */
    LS_ONEDNN_DO(dnnl_primitive_execute(action->primitive, call->stream, call->n, call->arg));
    LS_ONEDNN_DO(dnnl_stream_wait(call->stream));
    leave_call(action, call);
    ls_onednn_not_alone(threads);
}
