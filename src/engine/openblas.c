#include "src/engine/openblas.h"

#include <string.h>

enum { TEXT = 128 };

static char description[TEXT] = "OpenBLAS";

static void start(void)
{
    openblas_set_num_threads(1);
    /* the configuration begins "OpenBLAS 0.3.21 ", followed by how it was built */
    const char *config = openblas_get_config();
    const char *name_end = strchr(config, ' ');
    const char *version_end = name_end ? strchr(name_end + 1, ' ') : NULL;
    const size_t len = version_end ? (size_t)(version_end - config) : strlen(config);
    (void)snprintf(description, TEXT, "%.*s %s", (int)(len < TEXT ? len : TEXT), config,
                   openblas_get_corename());
}

static const char *describe(void)
{
    return description;
}

const struct ls_engine_ops ls_engine_openblas = {
    .name = "openblas",
    .start = start,
    .describe = describe,
    .scratch_len = ls_openblas_scratch_len,
    .forward = ls_openblas_forward,
    .backward_data = ls_openblas_backward_data,
    .backward_weights = ls_openblas_backward_weights,
};
