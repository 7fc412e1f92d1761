/* The two ways of ls_comm_gather, for gather.c to choose from. */
#ifndef LOCKSTEP_COMM_GATHER_H
#define LOCKSTEP_COMM_GATHER_H

#include "comm/context.h"

/* Room for one gather's lengths and places. */
struct ls_gather {
    size_t *place;   /* (size) of each rank's bytes in the node's memory */
    int *node_bytes; /* (nodes) of each node's ranks together */
    int *node_place; /* (nodes) */
};

/** ls_gather through the memory of the nodes.
 *  g  room, overwritten
 *  Needs no more than max_meeting bytes in all.  Collective: yes. */
void ls_comm_gather_node(struct ls_comm *comm, const void *mine, char *all, const size_t *bytes,
                         struct ls_gather *g);

#endif
