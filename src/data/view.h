/* Some samples of a source as a source of their own. */
#ifndef LOCKSTEP_DATA_VIEW_H
#define LOCKSTEP_DATA_VIEW_H

#include "src/data/source.h"

struct ls_view {
    struct ls_source source; /* sample i of it is samples[i] of `of` */
    struct ls_source *of;
    const uint64_t *samples;
    uint64_t room; /* samples that are read at a time */
    uint64_t *numbers;
};

/** Of n samples, by number, in any order; borrows all. Nothing is to be closed.
 *  Errors: memory.  Owner: arena.  Collective: no. */
ls_status ls_view_init(struct ls_view *view, struct ls_source *of, const uint64_t *samples,
                       uint64_t n, struct ls_arena *arena);

#endif
