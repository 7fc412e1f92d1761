#include "comm/gather.h"

#include <string.h>

/* Too much for counts of type int: every rank's bytes are broadcast in turn, in parts. */
static void gather_in_parts(const struct ls_comm *comm, const void *mine, char *all,
                            const size_t *bytes)
{
    for (int r = 0; r < comm->size; r++) {
        if (r == comm->rank && bytes[r] > 0)
            memcpy(all, mine, bytes[r]);
        for (size_t done = 0; done < bytes[r];) {
            const size_t left = bytes[r] - done;
            const size_t part = left < comm->max_message ? left : comm->max_message;
            MPI_Bcast(all + done, (int)part, MPI_BYTE, r, comm->world);
            done += part;
        }
        all += bytes[r];
    }
}

/* All ranks' bytes, of unequal length, to all ranks. Short ones, of which a step has many, go by
 * the memory of the node (gather_node.c), longer ones by MPI's allgatherv:
 *
 *     rank 0   A        ABBBCC
 *     rank 1   BBB  ->  ABBBCC
 *     rank 2   CC       ABBBCC
 *
 * Cost: O(log size) messages for short ones; the sum of all bytes to every rank.
 * Limitations: every rank must know all lengths. Above max_message in all, `size` broadcasts in a
 * row: no longer bound by latency, so the number of messages does not matter. */
void ls_comm_gather(void *context, const void *mine, void *all, const size_t *bytes)
{
    struct ls_comm *comm = context;
    const size_t size = (size_t)comm->size;
    size_t total = 0;
    for (size_t r = 0; r < size; r++)
        total += bytes[r];
    if (total > comm->max_message) {
        gather_in_parts(comm, mine, all, bytes);
        return;
    }
    size_t *const room =
        ls_comm_buffer(comm, LS_COMM_COUNTS, size * (sizeof *room + 2 * sizeof(int)));
    int *const counts = (int *)(room + size), *const places = counts + size;
    if (total <= comm->max_meeting) {
        struct ls_gather g = {room, counts, places};
        ls_comm_gather_node(comm, mine, all, bytes, &g);
        return;
    }
    int place = 0;
    for (size_t r = 0; r < size; r++) {
        counts[r] = (int)bytes[r];
        places[r] = place;
        place += counts[r];
    }
    MPI_Allgatherv(mine, counts[comm->rank], MPI_BYTE, all, counts, places, MPI_BYTE, comm->world);
}
