/* `normalize: channel`: mean and deviation of every channel (or feature) over the training set,
 * shared out over the ranks and merged up the fixed tree, so that they do not depend on how many
 * ranks there are. */
#ifndef LOCKSTEP_DATA_STATISTICS_H
#define LOCKSTEP_DATA_STATISTICS_H

#include "src/data/subset.h"
#include "src/tree/fold.h"

/** Mean and standard deviation (biased, as numpy's) of each channel of `subset`.
 *  mean, std  (C)  std 1 where a channel is constant
 *  Errors: LS_DATA: cannot read; a value that is not finite, with its sample (agreed among
 *  ranks).  Collective: yes. */
ls_status ls_statistics(struct ls_source *source, const struct ls_subset *subset,
                        const struct ls_tree *tree, const struct ls_peers *peers, float *mean,
                        float *std);

#endif
