/* How the gradient comes through the layers, judged by the figures of a watched step. */
#ifndef LOCKSTEP_STEP_FLOW_H
#define LOCKSTEP_STEP_FLOW_H

#include "src/step/watch.h"

/* Layers by number, -1: none. */
struct ls_flow {
    int last;      /* the last that is trained */
    int vanishing; /* whose gradient is the farthest below that of the last, by 10^6 or more; none
                      at all is no sign of it: it may begin at 0, as before init.zero_last_bn */
    int exploding; /* whose is the farthest above it, by 10^6 or more */
    int dead;      /* the first of which every channel is 0 */
};

/** layers  (n_layers)    Collective: no. */
struct ls_flow ls_flow_judge(const struct ls_model *model, const struct ls_watch_layer *layers);

#endif
