/* Reading all of a dataset once, to know before training that nothing in it is bad, and between
 * which values it lies. */
#ifndef LOCKSTEP_DATA_SCAN_H
#define LOCKSTEP_DATA_SCAN_H

#include "src/data/extent.h"
#include "src/data/subset.h"
#include "src/peers.h"

/* What a scan finds of a dataset. */
struct ls_scan {
    struct ls_extents x; /* of channels, or features */
    struct ls_extents y; /* of labels as reals; len 0: they are classes */
};

/** Reads every sample of `source`, shared out over the ranks, and its labels.
 *  values  check the labels, as reals, too
 *  scan    overwritten, the same on all ranks     Owner: arena.
 *  Errors: LS_DATA, agreed: cannot read; a value that is not finite, with its sample; memory.
 *  Collective: yes. */
ls_status ls_scan(struct ls_source *source, bool values, const struct ls_peers *peers,
                  struct ls_scan *scan, struct ls_arena *arena);

#endif
