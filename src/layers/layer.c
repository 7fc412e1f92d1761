#include "src/layers/layer.h"

#include <string.h>

#define LS_LAYER(kind) extern const struct ls_layer_ops ls_layer_##kind;
#include "src/layers/layers.def"
#undef LS_LAYER

#define LS_LAYER(kind) &ls_layer_##kind,
const struct ls_layer_ops *const ls_layer_kinds[] = {
#include "src/layers/layers.def"
    NULL};
#undef LS_LAYER

const struct ls_layer_ops *ls_layer_find(const char *kind)
{
    for (const struct ls_layer_ops *const *ops = ls_layer_kinds; *ops; ops++)
        if (strcmp((*ops)->kind, kind) == 0)
            return *ops;
    return NULL;
}
