/* The reduction up the fixed tree against MPI_Allreduce of the same bytes, in turn in one run, and
 * how much of it hides behind computing. Run by reduce.sh, which explains the columns. */
#include <mpi.h>
#include <stdlib.h>

#include "comm/context.h"

enum { MAX_ROUNDS = 101, WARM_UP = 3 };

struct rig {
    struct ls_peers *peers;
    struct ls_arena arena;
    struct ls_tree tree;
    struct ls_reducer reducer;
    real *from, *to; /* MPI_Allreduce's */
    size_t len;
};

static void require(const struct rig *rig, ls_status status)
{
    if (ls_agree(rig->peers, status) != LS_OK)
        ls_comm_die(rig->peers->rank, ls_message());
}

static void make(struct rig *rig, struct ls_peers *peers, size_t len)
{
    *rig = (struct rig){.peers = peers, .len = len};
    ls_arena_init(&rig->arena);
    require(rig, ls_tree_plan(&rig->tree, peers->size, peers->size, peers->rank, 1, &rig->arena));
    require(rig, ls_reducer_init(&rig->reducer, peers, &rig->tree, len, len, &rig->arena));
    rig->from = ls_arena_get(&rig->arena, len, sizeof(real));
    rig->to = ls_arena_get(&rig->arena, len, sizeof(real));
    require(rig, rig->from && rig->to ? LS_OK : LS_OTHER);
    for (size_t i = 0; i < len; i++)
        rig->from[i] = rig->reducer.pieces[0][i] = LS_R(i % 1000 + 1) / LS_R(peers->rank + 3);
}

static void ours(const struct rig *rig)
{
    struct ls_reducer reducer = rig->reducer;
    ls_reducer_ready(&reducer, 0, rig->len);
    ls_reducer_finish(&reducer);
}

static void theirs(const struct rig *rig)
{
    MPI_Allreduce(rig->from, rig->to, (int)rig->len, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
}

/* Seconds until the last rank is done, the ranks having begun together. */
static double seconds(void (*work)(const struct rig *rig), const struct rig *rig)
{
    MPI_Barrier(MPI_COMM_WORLD);
    const double begin = MPI_Wtime();
    work(rig);
    const double mine = MPI_Wtime() - begin;
    double slowest = 0;
    MPI_Allreduce(&mine, &slowest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return slowest;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, by_size);
    return values[n / 2];
}

static void compare(struct ls_peers *peers, size_t bytes)
{
    struct rig rig;
    make(&rig, peers, bytes / sizeof(real));
    const int rounds = bytes > (size_t)8 << 20 ? 15 : bytes > (size_t)1 << 19 ? 41 : MAX_ROUNDS;
    double our_s[MAX_ROUNDS], their_s[MAX_ROUNDS], ratio[MAX_ROUNDS];
    for (int i = -WARM_UP; i < rounds; i++) {
        const double a = seconds(ours, &rig), b = seconds(theirs, &rig);
        if (i >= 0) {
            our_s[i] = a;
            their_s[i] = b;
            ratio[i] = b / a;
        }
    }
    const double a = median(our_s, rounds), b = median(their_s, rounds);
    if (peers->rank == 0)
        (void)printf("| %d | %zu | %.1f | %.1f | %.0f | %.0f | %.2f |\n", peers->size, bytes / 1024,
                     1e6 * a, 1e6 * b, (double)bytes / a / 1e6, (double)bytes / b / 1e6,
                     median(ratio, rounds));
    ls_arena_release(&rig.arena);
}

/* Computes in registers for about a millisecond. */
static double compute(double x)
{
    for (int i = 0; i < 400000; i++)
        x = x * 0.999999 + 1e-6;
    return x;
}

static volatile double sink;

/* `slices` of computing with the reduction of everything going on, and then its end. */
static double overlapped(const struct rig *rig, int slices, bool reduces)
{
    struct ls_reducer reducer = rig->reducer;
    MPI_Barrier(MPI_COMM_WORLD);
    const double begin = MPI_Wtime();
    if (reduces)
        ls_reducer_ready(&reducer, 0, rig->len);
    for (int i = 0; i < slices; i++) {
        sink = compute(sink);
        if (reduces)
            ls_reducer_poll(&reducer);
    }
    if (reduces)
        ls_reducer_finish(&reducer);
    const double mine = MPI_Wtime() - begin;
    double slowest = 0;
    MPI_Allreduce(&mine, &slowest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return slowest;
}

/* Every rank a node of its own: what goes between machines, here through MPI's shared memory. */
static void hide(struct ls_peers *peers, size_t bytes)
{
    enum { ROUNDS = 11, SLICES = 40 };
    struct rig rig;
    const ls_status status = ls_comm_regroup(peers, peers->rank);
    if (status != LS_OK)
        ls_comm_die(peers->rank, ls_message());
    make(&rig, peers, bytes / sizeof(real));
    double alone[ROUNDS], computing[ROUNDS], both[ROUNDS];
    for (int i = -WARM_UP; i < ROUNDS; i++) {
        const double a = overlapped(&rig, 0, true), c = overlapped(&rig, SLICES, false),
                     b = overlapped(&rig, SLICES, true);
        if (i >= 0) {
            alone[i] = a;
            computing[i] = c;
            both[i] = b;
        }
    }
    const double a = median(alone, ROUNDS), c = median(computing, ROUNDS), b = median(both, ROUNDS);
    if (peers->rank == 0)
        (void)printf("%d nodes, %zu MiB: reducing %.2f ms, computing %.2f ms, both %.2f ms: "
                     "%.0f%% hidden\n",
                     peers->size, bytes >> 20, 1e3 * a, 1e3 * c, 1e3 * b, 100 * (1 - (b - c) / a));
    ls_arena_release(&rig.arena);
}

int main(int argc, char **argv)
{
    struct ls_peers peers;
    if (ls_comm_init(&peers, &argc, &argv) != LS_OK)
        return 1;
    if (argc > 1)
        hide(&peers, (size_t)strtoul(argv[1], NULL, 10) << 20);
    else
        for (size_t bytes = 1024; bytes <= (size_t)64 << 20; bytes *= 4)
            compare(&peers, bytes);
    ls_comm_finalize(&peers);
    return 0;
}
