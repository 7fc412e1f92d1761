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

static void dense_forward(size_t n, size_t f, size_t k, const real *restrict x,
                          const real *restrict w, const real *restrict bias, real *restrict y)
{
    if (n == 0)
        return;
    if (bias)
        ls_fill_rows(n, k, bias, y);
    ls_gemm(n, k, f, (struct ls_const_matrix){x, f, false}, (struct ls_const_matrix){w, f, true},
            bias ? 1 : 0, (struct ls_matrix){y, k});
}

static void dense_backward_data(size_t n, size_t f, size_t k, const real *restrict dy,
                                const real *restrict w, real *restrict dx)
{
    if (n == 0)
        return;
    ls_gemm(n, f, k, (struct ls_const_matrix){dy, k, false}, (struct ls_const_matrix){w, f, false},
            0, (struct ls_matrix){dx, f});
}

static void dense_backward_weights(size_t n, size_t f, size_t k, const real *restrict x,
                                   const real *restrict dy, real *restrict dw)
{
    if (n == 0) {
        memset(dw, 0, k * f * sizeof *dw);
        return;
    }
    ls_gemm(k, f, n, (struct ls_const_matrix){dy, k, true}, (struct ls_const_matrix){x, f, false},
            0, (struct ls_matrix){dw, f});
}

const struct ls_engine_ops ls_engine_openblas = {
    .name = "openblas",
    .start = start,
    .describe = describe,
    .dense_forward = dense_forward,
    .dense_backward_data = dense_backward_data,
    .dense_backward_weights = dense_backward_weights,
    .conv_scratch = ls_openblas_conv_scratch,
    .conv_forward = ls_openblas_conv_forward,
    .conv_backward_data = ls_openblas_conv_backward_data,
    .conv_backward_weights = ls_openblas_conv_backward_weights,
};
