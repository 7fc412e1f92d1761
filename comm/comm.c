#include "comm/context.h"

#include <limits.h>
#include <string.h>

/* Measured on 2 and 4 ranks of one machine. MAX_GATHERED: gathering beats scattering up to 32 KiB.
 * BUCKET: long enough that its messages move as fast as any, short enough to leave early. */
enum { MAX_GATHERED = 32 * 1024, MAX_MEETING = 256 * 1024, BUCKET = 1024 * 1024 };

_Noreturn void ls_comm_die(int rank, const char *what)
{
    (void)fprintf(stderr, "lockstep: rank %d: %s\n", rank, what);
    (void)MPI_Abort(MPI_COMM_WORLD, LS_OTHER);
    ls_assert_failed("MPI_Abort returns", __FILE__, __LINE__);
}

/* MPI calls this for any error on the communicator. The signature is MPI's.
 * NOLINTNEXTLINE(readability-non-const-parameter) */
static void mpi_failed(MPI_Comm *comm, int *code, ...)
{
    char text[MPI_MAX_ERROR_STRING], what[MPI_MAX_ERROR_STRING + 32];
    int rank = 0, len = 0;
    (void)MPI_Comm_rank(*comm, &rank);
    if (MPI_Error_string(*code, text, &len) != MPI_SUCCESS)
        text[0] = '\0';
    (void)snprintf(what, sizeof what, "communication failed: %s", text);
    ls_comm_die(rank, what);
}

/* Machines are told apart by the lowest rank on each. */
static ls_status find_place(struct ls_peers *peers)
{
    struct ls_comm *const comm = peers->context;
    int len = 0, lowest = comm->rank;
    MPI_Get_processor_name(comm->host, &len);
    MPI_Comm machine;
    MPI_Comm_split_type(comm->world, MPI_COMM_TYPE_SHARED, comm->rank, MPI_INFO_NULL, &machine);
    MPI_Bcast(&lowest, 1, MPI_INT, 0, machine);
    MPI_Comm_free(&machine);
    return ls_comm_regroup(peers, lowest);
}

ls_status ls_comm_init(struct ls_peers *peers, int *argc, char ***argv)
{
    static const struct ls_peers_ops ops = {.gather = ls_comm_gather,
                                            .broadcast = ls_comm_broadcast,
                                            .agree = ls_comm_agree,
                                            .share = ls_comm_share,
                                            .meet = ls_comm_meet,
                                            .reducer_init = ls_comm_reducer_init,
                                            .reducer_ready = ls_comm_reducer_ready,
                                            .reducer_poll = ls_comm_reducer_poll,
                                            .reducer_finish = ls_comm_reducer_finish};
    *peers = (struct ls_peers){0};
    int provided = MPI_THREAD_SINGLE;
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    if (provided < MPI_THREAD_FUNNELED) {
        MPI_Finalize();
        return ls_fail(LS_OTHER, "this MPI library was built without thread support "
                                 "(MPI_THREAD_FUNNELED); use one that has it");
    }
    struct ls_comm *comm = ls_alloc(1, sizeof *comm);
    if (!comm) /* on this rank, perhaps not on the others */
        ls_comm_die(0, ls_message());
    comm->max_message = INT_MAX;
    comm->max_gathered = MAX_GATHERED;
    comm->max_meeting = MAX_MEETING;
    comm->bucket = BUCKET;
    comm->node = comm->leads = MPI_COMM_NULL;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm->world);
    MPI_Errhandler handler;
    MPI_Comm_create_errhandler(mpi_failed, &handler);
    MPI_Comm_set_errhandler(comm->world, handler);
    MPI_Errhandler_free(&handler);
    MPI_Comm_rank(comm->world, &comm->rank);
    MPI_Comm_size(comm->world, &comm->size);
    *peers =
        (struct ls_peers){.rank = comm->rank, .size = comm->size, .ops = &ops, .context = comm};
    const ls_status status = find_place(peers);
    if (status != LS_OK)
        ls_comm_finalize(peers);
    return status;
}

void ls_comm_finalize(struct ls_peers *peers)
{
    struct ls_comm *comm = peers->context;
    *peers = (struct ls_peers){0};
    if (!comm)
        return;
    for (int i = 0; i < LS_COMM_USES; i++)
        ls_free(comm->buffer[i].memory);
    ls_comm_ungroup(comm);
    MPI_Comm_free(&comm->world);
    ls_free(comm);
    MPI_Finalize();
}

const char *ls_comm_host(const struct ls_peers *peers)
{
    return ((const struct ls_comm *)peers->context)->host;
}

void *ls_comm_buffer(struct ls_comm *comm, enum ls_comm_use use, size_t bytes)
{
    struct ls_comm_buffer *buffer = &comm->buffer[use];
    if (buffer->memory && buffer->bytes >= bytes)
        return buffer->memory;
    ls_free(buffer->memory);
    *buffer = (struct ls_comm_buffer){ls_alloc(bytes, 1), bytes};
    if (!buffer->memory)
        ls_comm_die(comm->rank, ls_message());
    return buffer->memory;
}
