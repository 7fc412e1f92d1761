/* An index from (class, i) to the number of a sample. The numbers of a class's samples, which
 * ascend, are kept as Elias and Fano do: the lower bits of each as they are, the upper ones in
 * unary, with the place of every 512th. A class that has one sample in r takes about 2 + log2 r
 * bits for each, so that a dataset takes 2 bits a sample and the entropy of its classes; it is
 * there once for all ranks of a node. */
#ifndef LOCKSTEP_SAMPLER_CLASS_INDEX_H
#define LOCKSTEP_SAMPLER_CLASS_INDEX_H

#include "src/data/subset.h"
#include "src/peers.h"
#include "src/sampler/classes.h"

/** Indexes a subset by the numbers that `read` gives: classes or groups.
 *  bytes  of memory that the node takes for it
 *  Errors: LS_DATA: a number below 0 or of 2^20 or more, or one that cannot be read; memory.
 *  Owner: arena.  Collective: yes. */
ls_status ls_class_index(struct ls_classes *classes, struct ls_source *source,
                         ls_source_read_whole *read, const struct ls_subset *subset,
                         const struct ls_peers *peers, struct ls_arena *arena, size_t *bytes);

#endif
