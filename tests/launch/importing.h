/* What the tests of importers share: a folder of their own, and what an import makes in it. */
#ifndef LOCKSTEP_TESTS_LAUNCH_IMPORTING_H
#define LOCKSTEP_TESTS_LAUNCH_IMPORTING_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/dataset.h"
#include "launch/cli.h"

static char folder[] = "/tmp/lockstep-import-XXXXXX"; /* where a test works */

static inline int import_remove(const char *path, const struct stat *info, int flag,
                                struct FTW *place)
{
    (void)info;
    (void)flag;
    (void)place;
    return remove(path);
}

static inline int import_setup(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static inline int import_teardown(void **state)
{
    (void)state;
    return chdir("/") == 0 && nftw(folder, import_remove, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : -1;
}

static inline void put(const char *path, const char *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}
#define PUT(path, literal) put(path, literal, sizeof(literal) - 1)

/* Runs `lockstep import LINE --out out.h5 --force`. */
static inline ls_status import(const char *line)
{
    static char text[512];
    static char *argv[32];
    int argc = 0;
    struct ls_arena arena;
    struct ls_cli cli;
    ls_arena_init(&arena);
    (void)snprintf(text, sizeof text, "lockstep import %s --out out.h5 --force", line);
    for (char *rest = text, *word; (word = strtok_r(rest, " ", &rest));)
        argv[argc++] = word;
    ls_status status = ls_cli_parse(ls_commands, argc, argv, &arena, &cli);
    if (status == LS_OK)
        status = cli.call.ops->run(&cli.call);
    ls_arena_release(&arena);
    return status;
}

/* It fails with that message and makes nothing. */
static inline void refuses(const char *line, const char *message)
{
    (void)unlink("out.h5");
    assert_int_equal(import(line), LS_DATA);
    assert_string_equal(ls_message(), message);
    assert_int_not_equal(access("out.h5", F_OK), 0);
}

/* The dataset as numbers and names: x, then labels. */
static inline void holds(struct ls_shape shape, size_t n, const float *x, const int64_t *classes,
                         const float *values, const char *names)
{
    struct ls_arena arena;
    struct ls_source source = {0};
    const uint64_t samples[] = {0, 1, 2, 3, 4, 5, 6, 7};
    float read[64];
    int64_t read_classes[8];
    ls_arena_init(&arena);
    const struct ls_peers alone = ls_peers_alone();
    assert_int_equal(ls_dataset_open(&source, "out.h5", "x", "y", NULL, 1 << 20, &alone, &arena),
                     LS_OK);
    assert_true(ls_shape_equal(source.shape, shape));
    assert_int_equal(source.len, n);
    assert_int_equal(ls_source_read_x(&source, samples, n, read), LS_OK);
    assert_memory_equal(read, x, n * ls_shape_len(shape) * sizeof *x);
    assert_int_equal(source.has_labels, classes || values);
    assert_int_equal(source.labels_are_classes, classes != NULL);
    if (classes) {
        assert_int_equal(ls_source_read_classes(&source, samples, n, read_classes), LS_OK);
        assert_memory_equal(read_classes, classes, n * sizeof *classes);
    } else if (values) {
        assert_int_equal(ls_source_read_values(&source, samples, n, read), LS_OK);
        assert_memory_equal(read, values, n * source.label_len * sizeof *values);
    }
    char joined[128] = "";
    for (size_t i = 0; i < source.n_class_names; i++)
        (void)snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s ",
                       source.class_names[i]);
    assert_string_equal(joined, names);
    ls_source_close(&source);
    ls_arena_release(&arena);
}

#endif
