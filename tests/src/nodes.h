/* Job values for tests, built by hand: map("loss", entry("gamma", "2"), NULL). */
#ifndef LOCKSTEP_TESTS_NODES_H
#define LOCKSTEP_TESTS_NODES_H

#include <stdarg.h>

#include "src/base/node.h"

static struct ls_arena nodes_arena;

static inline struct ls_node *entry(const char *key, const char *text)
{
    return ls_node_scalar(&nodes_arena, key, text);
}

static inline struct ls_node *branch(enum ls_node_kind kind, const char *key, va_list children)
{
    struct ls_node *parent = ls_node_branch(&nodes_arena, kind, key);
    struct ls_node *child;
    while ((child = va_arg(children, struct ls_node *)))
        ls_node_put(parent, child);
    return parent;
}

/* Children end with NULL. */
static inline struct ls_node *map(const char *key, ...)
{
    va_list children;
    va_start(children, key);
    struct ls_node *node = branch(LS_NODE_MAP, key, children);
    va_end(children);
    return node;
}

static inline struct ls_node *list(const char *key, ...)
{
    va_list children;
    va_start(children, key);
    struct ls_node *node = branch(LS_NODE_LIST, key, children);
    va_end(children);
    return node;
}

#define NO_CHILD ((struct ls_node *)NULL)

#endif
