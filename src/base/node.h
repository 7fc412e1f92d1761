/* A job file as a tree of values, each with its place in the text. `launch` builds it from YAML
 * (and from the command line's KEY=VALUE); everything else sees only this. */
#ifndef LOCKSTEP_BASE_NODE_H
#define LOCKSTEP_BASE_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/arena.h"

enum ls_node_kind { LS_NODE_SCALAR, LS_NODE_LIST, LS_NODE_MAP };

struct ls_node {
    enum ls_node_kind kind;
    const char *key;       /* in a map; NULL in a list */
    const char *text;      /* of a scalar; "" for YAML's null */
    bool quoted;           /* a scalar in quotes is a string even if it looks like a number */
    struct ls_node *child; /* first of a list or map */
    struct ls_node *next;  /* sibling */
    const char *file;      /* "job.yaml", or "command line" */
    int line, column;      /* of the value, from 1; 0 on the command line */
    int key_line, key_column;
};

/** The entry of a map, NULL when there is none or `map` is no map.  Collective: no. */
struct ls_node *ls_node_get(const struct ls_node *map, const char *key);

/** Number of children.  Collective: no. */
size_t ls_node_len(const struct ls_node *node);

/** A new scalar that is not linked to anything; NULL when out of memory.  Collective: no. */
struct ls_node *ls_node_scalar(struct ls_arena *arena, const char *key, const char *text);

/** A new, empty list or map.  Collective: no. */
struct ls_node *ls_node_branch(struct ls_arena *arena, enum ls_node_kind kind, const char *key);

/** Takes the entry of a map out of it; nothing when there is none.  Collective: no. */
void ls_node_remove(struct ls_node *map, const char *key);

/** Replaces the entry with child's key, or appends it; lists append.  Collective: no. */
void ls_node_put(struct ls_node *parent, struct ls_node *child);

/** A failure that starts with the place: "job.yaml:12:5: ".  `node` NULL: no place.
 *  Collective: no. */
ls_status ls_node_fail(const struct ls_node *node, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** The same, placed at the node's key.  Collective: no. */
ls_status ls_node_fail_key(const struct ls_node *node, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Of `names` (NULL-terminated), the nearest to `name` by edit distance when near enough to be a
 *  slip of the hand, else NULL.  Collective: no. */
const char *ls_nearest(const char *name, const char *const *names);

#endif
