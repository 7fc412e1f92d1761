#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/machine/machine.h"

/* Any machine of this century, however many others want it at the moment. */
static void the_peak_is_a_processors(void **state)
{
    (void)state;
    const double flops = ls_machine_flops(1);
    assert_true(flops > 1e6 && flops < 2e12);
    assert_true(strlen(ls_machine_vectors()) > 0);
}

static void memory_is_copied_and_combined(void **state)
{
    (void)state;
    struct ls_machine machine = {0};
    assert_int_equal(ls_machine_memory(&machine, 2, 1 << 20), LS_OK);
    assert_true(machine.copy > 1e4 && machine.copy < 1e13);
    assert_true(machine.combine > 1e4 && machine.combine < 1e13);
}

static void arrays_lie_beyond_the_caches_and_within_memory(void **state)
{
    (void)state;
    assert_in_range(ls_machine_array_bytes(), 1 << 25, 1 << 27);
}

static void peak_memory_rises_with_what_is_touched_and_stays(void **state)
{
    (void)state;
    enum { BYTES = 64 << 20 };
    const size_t before = ls_machine_peak_memory();
    assert_in_range(before, 1, BYTES / 2);
    char *const memory = ls_alloc(BYTES, 1);
    assert_non_null(memory);
    memset(memory, 1, BYTES);
    const size_t held = ls_machine_peak_memory();
    ls_free(memory);
    const size_t slack = 2 << 20; /* the system counts in batches of pages */
    assert_true(held + slack >= BYTES);
    assert_true(ls_machine_peak_memory() + slack >= held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peak_memory_rises_with_what_is_touched_and_stays),
        cmocka_unit_test(the_peak_is_a_processors),
        cmocka_unit_test(memory_is_copied_and_combined),
        cmocka_unit_test(arrays_lie_beyond_the_caches_and_within_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
