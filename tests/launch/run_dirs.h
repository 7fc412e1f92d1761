/* A run folder for tests of what is written to it: runs/a below a folder of its own. */
#ifndef LOCKSTEP_TESTS_LAUNCH_RUN_DIRS_H
#define LOCKSTEP_TESTS_LAUNCH_RUN_DIRS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "launch/run_dir.h"

static char folder[] = "/tmp/lockstep-run-XXXXXX";
static struct ls_arena arena;
static struct ls_run_dir run;

static inline int up(void **state)
{
    (void)state;
    ls_arena_init(&arena);
    (void)memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static inline int down(void **state)
{
    (void)state;
    (void)ls_run_dir_close(&run);
    ls_arena_release(&arena);
    char command[sizeof folder + sizeof "rm -rf "];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static inline void need(ls_status status)
{
    if (status != LS_OK)
        fail_msg("%s", ls_message());
}

/* Step 0 is a fresh start. */
static inline void open_run(uint64_t step)
{
    need(ls_run_dir_claim(&run, "runs/a", step > 0));
    need(ls_run_dir_open(&run, "seed: 1\n", step, &arena));
}

static inline struct ls_checkpoint checkpoint_of(uint64_t step)
{
    static float weight = 1;
    static struct ls_tensor tensor = {
        .path = "/model/dense1/weight", .axes = 1, .dims = {1}, .data = &weight};
    return (struct ls_checkpoint){.step = step,
                                  .shards = 1,
                                  .input = {1, 3, 1, 1},
                                  .job = "seed: 1\n",
                                  .engine = "none",
                                  .libm = "none",
                                  .n_tensors = 1,
                                  .tensors = &tensor};
}

static inline const char *checkpoint(int step)
{
    return ls_arena_printf(&arena, "runs/a/checkpoints/step-%09d.h5", step);
}

static inline bool exists(int step)
{
    return access(checkpoint(step), F_OK) == 0;
}

static inline void damage(int step)
{
    assert_int_equal(truncate(checkpoint(step), 100), 0);
}

/* Where a link of the run points, "" for nowhere. */
static inline const char *link_of(const char *name)
{
    static char target[100];
    const char *const path = ls_arena_printf(&arena, "runs/a/%s", name);
    const ssize_t len = readlink(path, target, sizeof target - 1);
    target[len > 0 ? len : 0] = '\0';
    return target;
}

#endif
