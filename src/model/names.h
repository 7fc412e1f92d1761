/* Names of a model's entries, as they are unrolled: each gets one that no other has, and `from`
 * finds the layer behind it. Private to src/model. */
#ifndef LOCKSTEP_MODEL_NAMES_H
#define LOCKSTEP_MODEL_NAMES_H

#include "src/base/node.h"

/* One entry each time it is unrolled. */
struct ls_name {
    const char *name;    /* unique */
    const char *written; /* in the job, NULL: unnamed */
    const char *kind;
    const struct ls_node *node; /* the entry */
    int layer;                  /* that it stands for; LS_NAME_OPEN: not unrolled yet */
};

enum { LS_NAME_OPEN = -2 };

struct ls_name_table {
    struct ls_arena *arena; /* of the names */
    struct ls_name *rows;   /* release with ls_name_table_release */
    size_t len, room;
};

/** Names the entry `node` of kind `kind`: as `written` says (the second time NAME.2, ...) or, with
 *  NULL, by kind and count. The row is open until its `layer` is set.
 *  Errors: LS_USAGE: taken, or no fit name.  Collective: no. */
ls_status ls_name_table_add(struct ls_name_table *table, const struct ls_node *node,
                            const char *kind, const struct ls_node *written, size_t *row);

/** The layer that `from` names: the newest entry of that name, or "input".
 *  Errors: LS_USAGE with the nearest name.  Collective: no. */
ls_status ls_name_table_find(const struct ls_name_table *table, const struct ls_node *from,
                             int *layer);

/** Collective: no. */
void ls_name_table_release(struct ls_name_table *table);

#endif
