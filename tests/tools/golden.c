/* golden RUN EXPECT INIT: compares a finished run with a golden case: /model of RUN/latest.h5, and
 * the loss and gradient norm of each step in RUN/metrics.jsonl. Prints the figures in one line;
 * exit status 1 when one of them is beyond its limit, naming it. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H5_USE_18_API
#include <hdf5.h>

static const double parameters_limit = 1e-3, loss_limit = 1e-5, norm_limit = 1e-4,
                    least_move = 1e-6;
enum { MAX_STEPS = 4096 };

/* Sums of squares over tensors, and the worst tensor. */
struct distance {
    hid_t got, expect, init;
    double off, moved, worst;
    char worst_name[256];
    size_t n_tensors, problems;
};

static double *read_doubles(hid_t file, const char *name, size_t *len)
{
    const hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    if (set < 0)
        return NULL;
    const hid_t space = H5Dget_space(set);
    *len = (size_t)H5Sget_simple_extent_npoints(space);
    double *data = calloc(*len + 1, sizeof *data);
    if (data && H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
        free(data);
        data = NULL;
    }
    H5Sclose(space);
    H5Dclose(set);
    return data;
}

static bool same_shape(hid_t a, hid_t b, const char *name)
{
    const hid_t set[2] = {H5Dopen2(a, name, H5P_DEFAULT), H5Dopen2(b, name, H5P_DEFAULT)};
    if (set[0] < 0 || set[1] < 0)
        return false;
    const hid_t space[2] = {H5Dget_space(set[0]), H5Dget_space(set[1])};
    const bool same = H5Sextent_equal(space[0], space[1]) > 0;
    for (int i = 0; i < 2; i++) {
        H5Sclose(space[i]);
        H5Dclose(set[i]);
    }
    return same;
}

static void add_tensor(struct distance *d, const char *name)
{
    size_t n = 0, n_got = 0, n_init = 0;
    double *const expect = read_doubles(d->expect, name, &n);
    double *const got = read_doubles(d->got, name, &n_got);
    double *const init = read_doubles(d->init, name, &n_init);
    double off = 0, moved = 0;
    d->n_tensors++;
    if (!expect || !got || !init || n_init != n || !same_shape(d->got, d->expect, name)) {
        (void)printf("%s is missing or of another shape; ", name);
        d->problems++;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        off += (got[i] - expect[i]) * (got[i] - expect[i]);
        moved += (expect[i] - init[i]) * (expect[i] - init[i]);
    }
    /* a bias before a batch-norm moves by rounding errors alone */
    const double relative = sqrt(moved) > least_move ? sqrt(off / moved) : 0;
    if (!(relative <= d->worst)) {
        d->worst = relative;
        (void)snprintf(d->worst_name, sizeof d->worst_name, "%s", name);
    }
    d->off += off;
    d->moved += moved;
    free(expect);
    free(got);
    free(init);
}

static herr_t visit(hid_t group, const char *name, const H5O_info_t *info, void *context)
{
    (void)group;
    char path[256];
    (void)snprintf(path, sizeof path, "/model/%s", name);
    if (info->type == H5O_TYPE_DATASET)
        add_tensor(context, path);
    return 0;
}

static double number_at(const char *line, const char *key)
{
    const char *const at = strstr(line, key);
    return at ? strtod(at + strlen(key), NULL) : (double)NAN;
}

/* Every step, once, in order. */
static size_t read_steps(const char *path, double *loss, double *norm)
{
    char line[4096];
    size_t n = 0;
    FILE *const file = fopen(path, "r");
    while (file && n < MAX_STEPS && fgets(line, sizeof line, file)) {
        if (!strstr(line, "\"kind\": \"step\""))
            continue;
        if (number_at(line, "\"step\": ") != (double)(n + 1)) {
            (void)printf("the record after step %zu is: %s", n, line);
            return 0;
        }
        loss[n] = number_at(line, "\"loss\": ");
        norm[n++] = number_at(line, "\"grad_norm\": ");
    }
    if (file)
        (void)fclose(file);
    return n;
}

/* The worst of all steps; NaN counts as worst. */
static double worst(const double *got, const double *expect, size_t n, bool relative)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        const double off = fabs(got[i] - expect[i]) / (relative ? fabs(expect[i]) : 1);
        most = off <= most ? most : off;
    }
    return most;
}

static bool within(const char *what, double value, double limit)
{
    if (value <= limit)
        return true;
    (void)printf("%s %.3g is above %.3g; ", what, value, limit);
    return false;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    char path[4096];
    static double loss[MAX_STEPS], norm[MAX_STEPS];
    (void)snprintf(path, sizeof path, "%s/latest.h5", argv[1]);
    struct distance d = {.got = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT),
                         .expect = H5Fopen(argv[2], H5F_ACC_RDONLY, H5P_DEFAULT),
                         .init = H5Fopen(argv[3], H5F_ACC_RDONLY, H5P_DEFAULT)};
    const hid_t model = d.expect < 0 ? -1 : H5Gopen2(d.expect, "/model", H5P_DEFAULT);
    if (d.got < 0 || d.init < 0 || model < 0)
        return 2;
    H5Ovisit(model, H5_INDEX_NAME, H5_ITER_INC, visit, &d);
    (void)snprintf(path, sizeof path, "%s/metrics.jsonl", argv[1]);
    const size_t n = read_steps(path, loss, norm);
    size_t n_loss = 0, n_norm = 0;
    const double *const losses = read_doubles(d.expect, "/loss", &n_loss);
    const double *const norms = read_doubles(d.expect, "/grad_norm", &n_norm);
    bool good = d.problems == 0 && d.n_tensors > 0 && losses && norms && n_norm == n_loss;
    if (n != n_loss) {
        (void)printf("%zu steps in metrics.jsonl, %zu expected\n", n, n_loss);
        return 1;
    }
    const double parameters = sqrt(d.off / d.moved);
    const double loss_off = worst(loss, losses, n, false), norm_off = worst(norm, norms, n, true);
    good = within("parameters", parameters, parameters_limit) && good;
    good = within(d.worst_name, d.worst, parameters_limit) && good;
    good = within("loss", loss_off, loss_limit) && good;
    good = within("grad_norm", norm_off, norm_limit) && good;
    (void)printf("parameters %.2g (worst %s %.2g), loss %.2g, grad_norm %.2g\n", parameters,
                 d.worst_name, d.worst, loss_off, norm_off);
    return good ? 0 : 1;
}
