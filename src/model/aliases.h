/* The names that `from` can refer to: those of layers, and those written for residuals, repeats
 * and the entries of a repeat, where the latest entry of a name counts. */
#ifndef LOCKSTEP_MODEL_ALIASES_H
#define LOCKSTEP_MODEL_ALIASES_H

#include "src/base/node.h"

struct ls_alias {
    const char *written;
    int layer; /* index, or LS_MODEL_INPUT */
};

struct ls_aliases {
    struct ls_arena *arena; /* of the names */
    struct ls_alias *items; /* release with ls_aliases_release */
    size_t len, room;
};

/** Copies `written`.  Errors: memory.  Collective: no. */
ls_status ls_aliases_add(struct ls_aliases *aliases, const char *written, int layer);

/** The layer that `from` names, LS_MODEL_INPUT for "input".
 *  Errors: LS_USAGE, with the nearest name.  Collective: no. */
ls_status ls_aliases_find(const struct ls_aliases *aliases, const struct ls_node *from, int *layer);

/** Collective: no. */
void ls_aliases_release(struct ls_aliases *aliases);

#endif
