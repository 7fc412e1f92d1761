/* From the job's list of entries to a flat list of layers with names and wiring: residual and
 * repeat are unrolled here, and nowhere else known. */
#ifndef LOCKSTEP_MODEL_GRAPH_H
#define LOCKSTEP_MODEL_GRAPH_H

#include "src/model/model.h"

/* One layer before it is planned. */
struct ls_graph_node {
    const struct ls_layer_ops *ops;
    const void *args;
    const struct ls_node *node;
    char name[LS_NAME_LEN];
    int n_in;
    struct ls_wiring wiring;
    const struct ls_init *init; /* NULL: the model's */
    double lr_scale;
    bool ends_residual;
};

struct ls_graph {
    int len, room;
    struct ls_graph_node *nodes; /* release with ls_graph_release */
};

/** Unrolls `spec`. Names: unnamed entries are called by kind and count over the whole model, in
 *  order of appearance; a body comes before its shortcut, the entries of a repeat count at each
 *  repetition, where a named entry NAME is called NAME.2, NAME.3, ...
 *  Errors: LS_USAGE with the place.  Owner: arena for args.  Collective: no. */
ls_status ls_graph_unroll(struct ls_graph *graph, const struct ls_node *spec,
                          struct ls_arena *arena);

/** Collective: no. */
void ls_graph_release(struct ls_graph *graph);

#endif
