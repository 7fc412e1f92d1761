#include "comm/context.h"

/* Rank 0's bytes to all, by MPI's broadcast, cut into messages that an int can count:
 *
 *     rank 0   ABC      ABC
 *     rank 1   ...  ->  ABC
 *     rank 2   ...      ABC
 *
 * Cost: ceil(bytes / max_message) broadcasts, each of O(log size) messages; `bytes` to every rank.
 * Limitations: from rank 0 only. */
void ls_comm_broadcast(void *context, void *data, size_t bytes)
{
    const struct ls_comm *comm = context;
    for (size_t done = 0; done < bytes;) {
        const size_t left = bytes - done;
        const size_t part = left < comm->max_message ? left : comm->max_message;
        MPI_Bcast((char *)data + done, (int)part, MPI_BYTE, 0, comm->world);
        done += part;
    }
}
