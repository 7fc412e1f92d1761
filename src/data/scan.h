/* Reading all of a dataset once, to know before training that nothing in it is bad. */
#ifndef LOCKSTEP_DATA_SCAN_H
#define LOCKSTEP_DATA_SCAN_H

#include "src/data/subset.h"
#include "src/peers.h"

/** Reads every sample of `source`, shared out over the ranks, and its labels.
 *  values  check the labels, as reals, too
 *  Errors: LS_DATA, agreed: cannot read; a value that is not finite, with its sample.
 *  Collective: yes. */
ls_status ls_scan(struct ls_source *source, bool values, const struct ls_peers *peers);

#endif
