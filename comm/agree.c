#include "comm/context.h"

#include <string.h>

/* One verdict from all, by the smallest number of a rank that failed (`size` for none), and then
 * that rank's words. What all ranks failed with is nobody's in particular: no rank is named.
 *
 *     rank 0   ok            3             3             ok            data "rank 1: x is ..."
 *     rank 1   data "x is…"  1  -- min ->  1  -- words -> data "x is…"  data "rank 1: x is ..."
 *     rank 2   other "no …"  2             1             ...           data "rank 1: x is ..."
 *
 * Cost: O(log size) messages of 8 bytes when all is well; one broadcast of about 1 KiB otherwise.
 * Limitations: what other ranks than the lowest failing one had to say is lost. */
ls_status ls_comm_agree(void *context, ls_status mine)
{
    const struct ls_comm *comm = context;
    const int here[2] = {mine == LS_OK ? comm->size : comm->rank, mine != LS_OK};
    int least[2] = {0};
    MPI_Allreduce(here, least, 2, MPI_INT, MPI_MIN, comm->world);
    const int lowest = least[0];
    if (lowest == comm->size)
        return LS_OK;

    struct {
        int status;
        char message[LS_MESSAGE_LEN];
    } words = {0};
    if (comm->rank == lowest) {
        words.status = (int)mine;
        (void)snprintf(words.message, sizeof words.message, "%s", ls_message());
    }
    MPI_Bcast(&words, (int)sizeof words, MPI_BYTE, lowest, comm->world);
    const ls_status status = (ls_status)words.status;
    const bool everywhere = least[1] != 0;
    if (comm->rank == lowest) /* which keeps its trace */
        return everywhere ? status : ls_within(status, "rank %d", lowest);
    return everywhere ? ls_fail(status, "%s", words.message)
                      : ls_fail(status, "rank %d: %s", lowest, words.message);
}
