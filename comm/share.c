#include "comm/context.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Memory of a node without names. Each rank makes a file that lives in memory only, takes all its
 * pages, and tells its neighbours its process and descriptor; they open it through /proc and map
 * it, and then everybody forgets the descriptor:
 *
 *     rank 0   memfd A                    map A, map B     close      A B
 *     rank 1   memfd B   -- pid, fd -->   map A, map B     close      A B
 *
 * Why not MPI_Win_allocate_shared: Open MPI lays a window into a sparse file in /dev/shm, and when
 * that is full (64 MiB in many containers) whoever writes to it dies of SIGBUS; its windows are
 * freed by a collective call, which an arena that one rank alone releases after an error cannot
 * make; and the files stay behind when ranks are killed. Here the pages are taken at once, so that
 * too little memory is an error; unmapping concerns nobody else; the kernel frees the memory
 * when the last rank is gone, however it ended; and each rank's part is near its own processor.
 *
 * Cost: two agreements and a gather of 16 bytes a rank on the node; n descriptors for a moment.
 * Limitations: Linux; ranks of a node run as the same user and see each other in /proc. */

struct handle {
    long pid;
    int descriptor;
    size_t bytes;
};

/* What the machine can still give, or SIZE_MAX where it does not say. */
static size_t free_bytes(void)
{
    char text[512] = "";
    const int file = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return SIZE_MAX;
    const ssize_t got = read(file, text, sizeof text - 1);
    (void)close(file);
    static const char name[] = "MemAvailable:";
    const char *const line = got > 0 ? strstr(text, name) : NULL;
    const size_t kib = line ? (size_t)strtoull(line + sizeof name - 1, NULL, 10) : 0;
    return kib > 0 ? kib * 1024 : SIZE_MAX;
}

static ls_status refuse(size_t bytes, const char *why)
{
    return ls_fail(LS_OTHER, "cannot share %.1f MiB of memory among the ranks of a machine: %s",
                   (double)bytes / 0x1p20, why);
}

/* A file of `bytes` whose pages are all there; *descriptor is -1 on failure. */
static ls_status make_file(size_t bytes, int *descriptor)
{
    *descriptor = -1;
    if (bytes > free_bytes())
        return refuse(bytes, "that is more than the machine has free; use fewer ranks on it, or "
                             "a smaller model, batch or dataset in memory");
    const int file = memfd_create("lockstep", MFD_CLOEXEC);
    if (file < 0)
        return refuse(bytes, strerror(errno));
    int failed;
    do
        failed = posix_fallocate(file, 0, (off_t)bytes);
    while (failed == EINTR);
    if (failed) {
        (void)close(file);
        return refuse(bytes, strerror(failed));
    }
    *descriptor = file;
    return LS_OK;
}

/* One rank alone on its node has nobody to share with. */
static ls_status keep(size_t bytes, struct ls_arena *arena, struct ls_comm_segment *segment)
{
    *segment = (struct ls_comm_segment){ls_arena_get(arena, bytes, 1), bytes};
    return segment->memory ? LS_OK : LS_OTHER;
}

static void unmap(void *object)
{
    const struct ls_comm_segment *const segment = object;
    (void)munmap(segment->memory, segment->bytes);
}

static ls_status map_file(const struct handle *handle, struct ls_arena *arena,
                          struct ls_comm_segment *segment)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%ld/fd/%d", handle->pid, handle->descriptor);
    const int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return ls_fail(LS_OTHER,
                       "cannot open the memory of a rank on the same machine (%s: %s); ranks on "
                       "one machine must run as one user in one container",
                       path, strerror(errno));
    void *const memory = mmap(NULL, handle->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    const int error = errno;
    (void)close(file);
    if (memory == MAP_FAILED)
        return refuse(handle->bytes, strerror(error));
    *segment = (struct ls_comm_segment){memory, handle->bytes};
    struct ls_comm_segment *const kept = ls_arena_get(arena, 1, sizeof *kept);
    if (!kept) {
        unmap(segment);
        return LS_OTHER;
    }
    *kept = *segment;
    return ls_arena_on_release(arena, unmap, kept);
}

ls_status ls_comm_share_each(struct ls_comm *comm, size_t bytes, struct ls_arena *arena,
                             struct ls_comm_segment *segments)
{
    const int n = comm->place.node_size;
    struct handle mine = {.pid = (long)getpid(), .descriptor = -1, .bytes = bytes};
    struct handle *const all = ls_alloc((size_t)n, sizeof *all);
    ls_status status = all ? LS_OK : LS_OTHER;
    if (status == LS_OK && n == 1)
        status = keep(bytes, arena, segments);
    else if (status == LS_OK && bytes > 0)
        status = make_file(bytes, &mine.descriptor);
    status = ls_comm_agree(comm, status);
    if (status == LS_OK && n > 1) {
        MPI_Allgather(&mine, (int)sizeof mine, MPI_BYTE, all, (int)sizeof mine, MPI_BYTE,
                      comm->node);
        for (int r = 0; r < n && status == LS_OK; r++) {
            segments[r] = (struct ls_comm_segment){0};
            if (all[r].bytes > 0)
                status = map_file(&all[r], arena, &segments[r]);
        }
    }
    status = ls_comm_agree(comm, status);
    if (mine.descriptor >= 0)
        (void)close(mine.descriptor);
    ls_free(all);
    return status;
}

ls_status ls_comm_share(void *context, size_t bytes, struct ls_arena *arena, void **memory)
{
    struct ls_comm *const comm = context;
    struct ls_comm_segment *const segments =
        ls_alloc((size_t)comm->place.node_size, sizeof *segments);
    if (!segments) /* on this rank, perhaps not on the others */
        ls_comm_die(comm->rank, ls_message());
    const size_t given = comm->place.node_rank == 0 ? bytes + (bytes == 0) : 0;
    const ls_status status = ls_comm_share_each(comm, given, arena, segments);
    *memory = status == LS_OK ? segments[0].memory : NULL;
    ls_free(segments);
    return status;
}
