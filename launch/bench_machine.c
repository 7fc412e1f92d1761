#include <unistd.h>

#include "launch/bench.h"

enum { LEAST_BYTES = 32 << 20 };

static ls_status measure(struct ls_machine *machine, int threads, size_t bytes)
{
    machine->flops = ls_machine_flops(threads);
    return ls_machine_memory(machine, threads, bytes);
}

/* All ranks of the node at the same time; their figures add up. */
static ls_status measure_all(struct ls_bench_machine *m, const struct ls_peers *peers,
                             struct ls_arena *arena)
{
    const size_t share = ls_machine_array_bytes() / (size_t)peers->node_size;
    void *memory = NULL;
    LS_TRY(ls_share(peers, (size_t)peers->node_size * sizeof m->all, arena, &memory));
    struct ls_machine *const by_rank = memory;
    ls_meet(peers);
    LS_TRY(ls_agree(peers, measure(&by_rank[peers->node_rank], m->threads,
                                   share < LEAST_BYTES ? LEAST_BYTES : share)));
    ls_meet(peers);
    for (int r = 0; r < peers->node_size; r++) {
        m->all.flops += by_rank[r].flops;
        m->all.copy += by_rank[r].copy;
        m->all.combine += by_rank[r].combine;
    }
    return LS_OK;
}

ls_status ls_bench_machine(struct ls_bench_machine *m, int threads, const struct ls_peers *peers,
                           struct ls_arena *arena)
{
    *m = (struct ls_bench_machine){.cores = (int)sysconf(_SC_NPROCESSORS_ONLN),
                                   .vectors = ls_machine_vectors(),
                                   .ranks = peers->node_size,
                                   .threads = threads};
    ls_status status = LS_OK;
    if (peers->node_rank == 0)
        status = measure(&m->core, 1, ls_machine_array_bytes());
    LS_TRY(ls_agree(peers, status));
    if (peers->size > 1 || threads > 1)
        return measure_all(m, peers, arena);
    m->all = m->core;
    return LS_OK;
}
