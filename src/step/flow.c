#include "src/step/flow.h"

#include <math.h>

static const double far = 1e6;

struct ls_flow ls_flow_judge(const struct ls_model *model, const struct ls_watch_layer *layers)
{
    struct ls_flow flow = {-1, -1, -1, -1};
    for (int l = 0; l < model->n_layers; l++) {
        if (layers[l].grad_norm >= 0)
            flow.last = l;
        if (layers[l].dead >= 1 && flow.dead < 0)
            flow.dead = l;
    }
    if (flow.last < 0)
        return flow;
    const double norm = layers[flow.last].grad_norm;
    double least = norm / far, most = norm * far;
    for (int l = 0; l < flow.last; l++) {
        const double here = layers[l].grad_norm;
        if (here > 0 && here < least) {
            flow.vanishing = l;
            least = here;
        }
        if (here > most) {
            flow.exploding = l;
            most = here;
        }
    }
    return flow;
}
