#include "src/model/init.h"

#include <math.h>
#include <string.h>

#include "src/base/philox.h"

/* Rows of a weight, one for each output, and values of a row: what one output sees. */
static size_t rows_of(const struct ls_param *param)
{
    return param->dims[0];
}

static size_t fan_in(const struct ls_param *param)
{
    return param->len / param->dims[0];
}

/* Outputs that one input goes to, with each tap of a window counted. */
static size_t fan_out(const struct ls_param *param)
{
    return param->len / param->dims[1];
}

static void fill_uniform(const struct ls_param *param, uint64_t seed, uint32_t number,
                         double middle, double bound, float *w)
{
    const uint64_t stream = ls_stream(LS_DRAW_INIT, number, 0);
    struct ls_draw draw = {{0}};
    for (size_t i = 0; i < param->len; i++) {
        if (i % 4 == 0)
            draw = ls_philox(seed, stream, i / 4);
        const double u = (double)ls_uniform(draw.word[i % 4]);
        w[i] = (float)(middle + bound * (2 * u - 1));
    }
}

static void fill_normal(size_t len, uint64_t seed, uint32_t number, double std, double *w)
{
    const uint64_t stream = ls_stream(LS_DRAW_INIT, number, 0);
    double z[4];
    for (size_t i = 0; i < len; i++) {
        if (i % 4 == 0)
            ls_normals(ls_philox(seed, stream, i / 4), z);
        w[i] = std * z[i % 4];
    }
}

static ls_status fill_gauss(const struct ls_param *param, uint64_t seed, uint32_t number,
                            double std, float *w)
{
    double *const z = ls_alloc(param->len, sizeof *z);
    if (!z)
        return LS_OTHER;
    fill_normal(param->len, seed, number, std, z);
    for (size_t i = 0; i < param->len; i++)
        w[i] = (float)z[i];
    ls_free(z);
    return LS_OK;
}

static ls_status fill_he(const struct ls_init *init, const struct ls_param *param, uint64_t seed,
                         uint32_t number, float *w)
{
    (void)init;
    return fill_gauss(param, seed, number, sqrt(2 / (double)fan_in(param)), w);
}

static ls_status fill_xavier(const struct ls_init *init, const struct ls_param *param,
                             uint64_t seed, uint32_t number, float *w)
{
    (void)init;
    fill_uniform(param, seed, number, 0, sqrt(6 / (double)(fan_in(param) + fan_out(param))), w);
    return LS_OK;
}

static ls_status fill_given(const struct ls_init *init, const struct ls_param *param, uint64_t seed,
                            uint32_t number, float *w)
{
    return fill_gauss(param, seed, number, init->std, w);
}

/* One of n vectors of `len` values that lie `step` apart. */
static double *vector_of(double *m, size_t i, size_t len, bool across)
{
    return across ? m + i * len : m + i;
}

/* Gram and Schmidt, each vector made orthogonal to those before it twice, which is enough
 * (Giraud et al. 2005); the triangular factor has a positive diagonal. */
static void make_orthonormal(double *m, size_t n, size_t len, bool across)
{
    const size_t step = across ? 1 : n;
    for (size_t i = 0; i < n; i++) {
        double *const v = vector_of(m, i, len, across);
        for (int time = 0; time < 2; time++)
            for (size_t j = 0; j < i; j++) {
                const double *const u = vector_of(m, j, len, across);
                double dot = 0;
                for (size_t k = 0; k < len; k++)
                    dot += u[k * step] * v[k * step];
                for (size_t k = 0; k < len; k++)
                    v[k * step] -= dot * u[k * step];
            }
        double squares = 0;
        for (size_t k = 0; k < len; k++)
            squares += v[k * step] * v[k * step];
        for (size_t k = 0; k < len; k++)
            v[k * step] /= sqrt(squares);
    }
}

/* Rows are orthonormal where there are fewer of them than columns, else columns are. */
static ls_status fill_orthogonal(const struct ls_init *init, const struct ls_param *param,
                                 uint64_t seed, uint32_t number, float *w)
{
    (void)init;
    const size_t rows = rows_of(param), columns = fan_in(param);
    double *const m = ls_alloc(param->len, sizeof *m);
    if (!m)
        return LS_OTHER;
    fill_normal(param->len, seed, number, 1, m);
    if (rows <= columns)
        make_orthonormal(m, rows, columns, true);
    else
        make_orthonormal(m, columns, rows, false);
    for (size_t i = 0; i < param->len; i++)
        w[i] = (float)m[i];
    ls_free(m);
    return LS_OK;
}

static const struct ls_init_ops he = {
    "he", "normal, variance 2 / inputs of an output (He et al. 2015)", false, fill_he};
static const struct ls_init_ops xavier = {
    "xavier", "uniform, variance 2 / (inputs + outputs) (Glorot and Bengio 2010)", false,
    fill_xavier};
static const struct ls_init_ops orthogonal = {
    "orthogonal", "orthonormal rows or columns (Saxe et al. 2014)", false, fill_orthogonal};
static const struct ls_init_ops lsuv = {
    "lsuv", "orthogonal, then scaled so that the outputs have variance 1 (Mishkin and Matas 2016)",
    true, fill_orthogonal};
static const struct ls_init_ops normal = {"normal", "{normal: STD}", false, fill_given};

const struct ls_init_ops *const ls_init_kinds[] = {&he, &xavier, &orthogonal, &lsuv, &normal, NULL};

static const struct ls_option std_options[] = {
    {"std", LS_REAL, offsetof(struct ls_init, std), NULL, 0, 1e6, NULL, "standard deviation"}, {0}};

ls_status ls_init_parse(struct ls_init *init, const struct ls_node *node, struct ls_arena *arena)
{
    *init = (struct ls_init){0};
    struct ls_choice choice;
    if (!node)
        return LS_OK;
    LS_TRY(ls_choice_parse(node, "init", NULL, &choice));
    if (strcmp(choice.kind, "default") == 0 && !choice.arguments)
        return LS_OK;
    for (const struct ls_init_ops *const *ops = ls_init_kinds; *ops; ops++)
        if (strcmp((*ops)->kind, choice.kind) == 0)
            init->ops = *ops;
    if (!init->ops)
        return ls_node_fail(choice.node,
                            "there is no initialiser \"%s\": default, he, xavier, orthogonal, "
                            "lsuv, {normal: STD}",
                            choice.kind);
    if (init->ops == &normal)
        return ls_options_parse(std_options, choice.arguments, "normal", NULL, arena, init);
    if (choice.arguments)
        return ls_node_fail(choice.node, "%s takes no arguments", choice.kind);
    return LS_OK;
}

ls_status ls_init_fill(const struct ls_init *init, const struct ls_layer *layer, int i,
                       uint64_t seed, uint32_t number, float *w)
{
    const struct ls_param *const param = &layer->params[i];
    const bool chosen = init && init->ops && (layer->ops->traits & LS_WEIGHS);
    if (chosen && param->axes > 1)
        return init->ops->fill(init, param, seed, number, w);
    if (param->init_bound > 0 && !chosen)
        fill_uniform(param, seed, number, param->init_value, param->init_bound, w);
    for (size_t e = 0; e < param->len && (chosen || !(param->init_bound > 0)); e++)
        w[e] = (float)param->init_value;
    return LS_OK;
}
